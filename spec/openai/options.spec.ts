import { inspect } from 'node:util';
import { lastValueFrom } from 'rxjs';
import { InvalidOptionError } from '../../src/index.js';
import { type OpenAIRequest, OpenAIService } from '../../src/openai/index.js';
import { KEY } from './support/local-provider.js';
import { ASKED, useLocalProvider } from './support/local-service.js';

const { provider, serviceWith } = useLocalProvider();

describe('what OpenAIService is given', () => {
  const make = (options: object) => () =>
    new OpenAIService({ client: provider().client, modelName: 'gpt-4', ...options });
  const price = { inputPerMillion: 1, outputPerMillion: 1 };

  it.each([
    [{ client: undefined }, 'option client is missing; allowed: a client: new OpenAI({ apiKey })'],
    [{ client: KEY }, 'option client is a text; allowed: a client'],
    [{ maxOutputToken: 5 }, 'option maxOutputToken is unknown; allowed: client, modelName,'],
    [{ maxOutputTokens: 0.5 }, 'option maxOutputTokens is 0.5; allowed: a whole number'],
    [{ countTokens: 4 }, 'option countTokens is 4; allowed: a function'],
    [{ prices: { 'gpt-4.1': { ...price, inputPerMillion: -1 } } }, "prices['gpt-4.1'].inputPer"],
    [{ prices: { o3: { ...price, input: 1 } } }, 'option prices.o3.input is unknown; allowed: in'],
    [{ prices: { o3: 5 } }, 'option prices.o3 is 5; allowed: a price'],
    [{ modelName: '' }, 'option modelName is an empty text'],
    [{ rateTracker: 5 }, 'option rateTracker is 5'],
  ])('is refused when it is wrong: %#', (options, message) => {
    expect(make(options)).toThrow(InvalidOptionError);
    expect(make(options)).toThrow(message);
  });

  it.each([
    [undefined, 'option request is missing; allowed: an object'],
    [{}, 'option request.messages is missing; allowed: a list of messages'],
    [{ ...ASKED, usageTracker: {} }, 'option request.usageTracker is an object'],
  ])('is refused to that caller when a request is wrong: %#', async (request, message) => {
    const call$ = serviceWith().call(request as OpenAIRequest);

    await expect(lastValueFrom(call$)).rejects.toThrow(message);
    expect(provider().bodies).toEqual([]);
  });

  it('is not shown when the service is printed: the key stays hidden', () => {
    expect(inspect(serviceWith(), { depth: 10 })).not.toContain(KEY);
  });
});
