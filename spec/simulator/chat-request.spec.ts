import { readChatRequest } from '../../src/simulator/chat-request.js';
import type { RequestError } from '../../src/simulator/request-error.js';

const messages = [{ role: 'user', content: 'hello' }];
const read = (body: unknown) => readChatRequest(JSON.stringify(body));

function errorOf(text: string): RequestError['body']['error'] {
  try {
    readChatRequest(text);
  } catch (error) {
    return (error as RequestError).body.error;
  }
  throw new Error('nothing was thrown');
}

describe('readChatRequest', () => {
  it('takes what is asked, and what is usual where nothing is said', () => {
    expect(read({ model: 'm', messages })).toEqual({
      model: 'm',
      prompt: 'hello',
      promptTokens: 3 + 4 + 2,
      stream: false,
      includeUsage: false,
      format: { kind: 'text' },
    });
  });

  it('takes the last message of the user for the prompt, and counts all', () => {
    const { prompt, promptTokens } = read({
      model: 'm',
      messages: [
        { role: 'system', content: 'abcd' },
        { role: 'user', content: 'first' },
        {
          role: 'user',
          content: [{ type: 'text', text: 'one' }, { type: 'image_url' }, { text: 'two' }],
        },
        { role: 'assistant', content: null },
      ],
    });

    expect(prompt).toBe('one\ntwo');
    expect(promptTokens).toBe(3 + 4 * 4 + 1 + 2 + 2);
  });

  it.each([
    [{ max_tokens: 5 }, 5],
    [{ max_completion_tokens: 6 }, 6],
    [{ max_tokens: 5, max_completion_tokens: 6 }, 6],
    [{ max_tokens: null }, undefined],
  ])('reads the bound of %j as %p', (bound, maxTokens) => {
    expect(read({ model: 'm', messages, ...bound }).maxTokens).toBe(maxTokens);
  });

  it('reads what a stream and a format ask for', () => {
    const schema = { type: 'object' };
    const asked = read({
      ...{ model: 'm', messages, stream: true, n: 1 },
      stream_options: { include_usage: true },
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    });

    expect(asked).toMatchObject({
      stream: true,
      includeUsage: true,
      format: { kind: 'json', schema },
    });
  });

  it.each([
    ['{', /^We could not parse the JSON body/, null, null],
    ['[]', /^We could not parse the JSON body/, null, null],
    ['{}', "Missing required parameter: 'messages'.", 'missing_required_parameter', 'messages'],
    [JSON.stringify({ messages }), 'you must provide a model parameter', null, null],
    [JSON.stringify({ model: 'm', messages: [] }), /'messages'/, 'invalid_value', 'messages'],
    [JSON.stringify({ model: 'm', messages: ['x'] }), /'messages'/, 'invalid_value', 'messages'],
    [JSON.stringify({ model: 'm', messages, n: 2 }), /n must be 1/, 'invalid_value', 'n'],
    [
      JSON.stringify({ model: 'm', messages, max_tokens: 0 }),
      />= 1/,
      'invalid_value',
      'max_tokens',
    ],
  ])('refuses %s', (text, message, code, param) => {
    const error = errorOf(text);

    expect(error).toMatchObject({ type: 'invalid_request_error', code, param });
    expect(error.message).toMatch(message);
  });
});
