import { defer, lastValueFrom, of, throwError } from 'rxjs';
import { askOf } from '../../examples/summarise/ask.js';
import { Account } from '../../examples/summarise/account.js';
import { BadAnswerError } from '../../examples/summarise/summary.js';
import { NoTextError, type OpenAIService } from '../../src/openai/index.js';

const summary = { title: 'Zod', summary: 'It checks.', keywords: ['schema'] };
const good = JSON.stringify(summary);

/** A service that gives these answers, one for each call. */
function serviceOf(...answers: readonly (string | Error)[]) {
  const left = [...answers];
  const call = jest.fn<ReturnType<OpenAIService['call']>, Parameters<OpenAIService['call']>>(() =>
    defer(() => {
      const answer = left.shift() ?? new Error('called too often');
      return typeof answer === 'string' ? of(answer) : throwError(() => answer);
    }),
  );
  return { call, left };
}

const document = { path: 'zod.md', text: '# Zod', hash: 'h' };
const account = new Account();

function ask(service: ReturnType<typeof serviceOf>, task: 'document' | 'combine' = 'document') {
  const asking = askOf(service as unknown as OpenAIService, account);
  return lastValueFrom(asking(task, document.text, document));
}

describe('ask', () => {
  it('sends the text with a schema, bounded, under the name of its document', async () => {
    const service = serviceOf(good);

    expect(await ask(service)).toEqual(summary);
    const [request, options] = service.call.mock.calls[0]!;
    expect(request.messages.at(-1)).toEqual({ role: 'user', content: '# Zod' });
    expect(request).toMatchObject({
      max_completion_tokens: 400,
      response_format: { type: 'json_schema', json_schema: { strict: true } },
      usageTracker: account.of(document),
    });
    expect(options).toEqual({ label: 'zod.md', priority: 0 });
  });

  it('lets the last call of a document go before the first of another', async () => {
    const service = serviceOf(good);

    await ask(service, 'combine');

    expect(service.call.mock.calls[0]?.[1]).toMatchObject({ priority: 1 });
  });

  it.each([
    ['is not what it was asked for', 'Sure!'],
    ['holds no text', new NoTextError('length')],
  ])('asks again when the answer %s', async (_, answer) => {
    const service = serviceOf(answer, good);

    expect(await ask(service)).toEqual(summary);
  });

  it('gives up when that answer is no better', async () => {
    const service = serviceOf('Sure!', '{}', good);

    await expect(ask(service)).rejects.toBeInstanceOf(BadAnswerError);
    expect(service.left).toEqual([good]);
  });

  it('does not ask again after any other error', async () => {
    const service = serviceOf(new Error('401'), good);

    await expect(ask(service)).rejects.toThrow('401');
    expect(service.left).toEqual([good]);
  });
});
