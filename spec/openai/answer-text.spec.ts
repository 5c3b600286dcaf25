import { NoTextError } from '../../src/openai/index.js';
import { beginStream, endStream, sendCompletion, sendStream } from './support/local-provider.js';
import { ASKED, piecesOf, useLocalProvider, usageOf } from './support/local-service.js';

const { provider, serviceWith } = useLocalProvider();

describe('an answer without text', () => {
  const toolCall = { type: 'function', function: { name: 'f', arguments: '{}' } };

  it.each([
    ['refusal', { content: null, refusal: 'No.' }, 'stop'],
    ['tool_calls', { content: null, tool_calls: [toolCall] }, 'stop'],
    ['length', { content: '' }, 'length'],
    ['content_filter', { content: null }, 'content_filter'],
  ])('is a NoTextError that tells %s, and is settled', async (reason, message, finish_reason) => {
    provider().answerWith(sendCompletion({ message, finish_reason }));
    const service = serviceWith();

    const error: unknown = await service.callAsync(ASKED).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NoTextError);
    expect(error).toMatchObject({ code: 'NO_TEXT', reason });
    expect(await usageOf(service)).toMatchObject({ tokens: 110 });
  });

  it('is a NoTextError in a stream too', async () => {
    provider().answerWith((response) => {
      beginStream(response, { content: '' }, { tool_calls: [{ index: 0, ...toolCall }] });
      endStream(response);
    });

    await expect(piecesOf(serviceWith())).rejects.toMatchObject({ reason: 'tool_calls' });
  });

  it('is an empty text where the model simply stopped', async () => {
    provider().answerWith(sendCompletion({ message: { content: '' } }));
    expect(await serviceWith().callAsync(ASKED)).toBe('');

    provider().answerWith(sendStream());
    expect(await piecesOf(serviceWith())).toEqual(['']);
  });
});
