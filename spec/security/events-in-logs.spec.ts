import { mergeMap, Observable, of, throwError, timer } from 'rxjs';
import { type CallEvent, type FaultEvent, LLMService, quota, type ServiceEvent } from 'rxllm';
import { untouchable } from '../retry/support/hostile-error.js';
import { VirtualTime } from '../support/virtual-time.js';
import { ANSWER, KEY, leaksIn, LOGGED, PROMPT } from './support/canaries.js';

/** Not to be measured by: a machine that is busy may take long. */
jest.setTimeout(60_000);

const words = `${KEY} ${PROMPT} ${ANSWER}`;

/** Errors as clients make them, with all that these leave in them. */
const errors: Readonly<Record<string, unknown>> = {
  'of openai': Object.assign(new Error(words), { status: 500, error: { message: words }, headers: new Headers({ 'set-cookie': KEY }), code: KEY, param: PROMPT }), // prettier-ignore
  'of the AI SDK': Object.assign(new Error(words), { name: 'AI_APICallError', statusCode: 500, url: KEY, requestBodyValues: { messages: [PROMPT] }, responseBody: ANSWER }), // prettier-ignore
  'of axios': Object.assign(new Error(words), { status: 502, code: 'ERR_BAD_RESPONSE', config: { headers: { Authorization: `Bearer ${KEY}` }, data: PROMPT }, response: { data: ANSWER } }), // prettier-ignore
  'with causes': new Error(words, { cause: new Error(words, { cause: { status: 500, PROMPT, KEY } }) }), // prettier-ignore
  'with an odd name': Object.assign(new Error(words), { name: PROMPT, code: ANSWER, status: KEY }),
  'that is an AggregateError': new AggregateError([new Error(words)], words),
  'that is a text': words,
  'that is a record': { [PROMPT]: KEY, toJSON: () => words, toString: () => words },
  'that is a list': [words],
  'that cannot be looked at': untouchable,
};

const nothing = () => {};

type Options = Partial<Parameters<typeof LLMService.of<string, string>>[0]>;

type Act = (service: LLMService<string, string>, time: VirtualTime) => void;

/** All events of a service while something is done with it. */
function told(options: Options, act: Act): readonly ServiceEvent[] {
  const scheduler = new VirtualTime();
  const events: ServiceEvent[] = [];
  const process = (prompt: string) => of(prompt);
  const service = LLMService.of({ modelName: 'm', scheduler, process, ...options });
  service.events$.subscribe((event) => events.push(event));
  act(service, scheduler);
  scheduler.flush();
  return events;
}

const ask = (service: LLMService<string, string>) => {
  service.call(PROMPT, { label: 'l' }).subscribe({ error: () => {} });
};

/** Those that carry an error; each has to be the very one. */
function withErrors(events: readonly (ServiceEvent | CallEvent<string>)[], error: unknown) {
  const found = events.filter((event) => 'error' in event);
  for (const event of found) expect(Object.is((event as FaultEvent).error, error)).toBe(true);
  return found;
}

/**
 * An error of a client stands in `failed` and `retrying` as it is: that of the AI SDK holds the whole request,
 * that of axios the key, and a log of events held them too.
 */
describe.each(Object.entries(errors))(
  'a log of events, where a call fails with an error %s,',
  (_, error) => {
    // prettier-ignore
    const failing = () => throwError(() => error);
    const retry = { maxAttempts: 2, isRetryable: () => true, random: () => 0 };

    it('holds nothing of it when the call is tried again, and fails', () => {
      const found = withErrors(told({ process: failing, retry }, ask), error);

      expect(found.map(({ type }) => type)).toEqual(['retrying', 'failed']);
      expect(leaksIn(found, LOGGED)).toEqual([]);
    });

    it('holds nothing of it in the life of the call', () => {
      const life: CallEvent<string>[] = [];
      told({ process: failing, retry }, (service) => {
        service
          .callEvents(PROMPT)
          .subscribe({ next: (event) => life.push(event), error: () => {} });
      });
      const found = withErrors(life, error);

      expect(found.map(({ type }) => type)).toEqual(['retrying', 'failed']);
      expect(leaksIn(found, LOGGED)).toEqual([]);
    });

    const failLater = (scheduler: VirtualTime) => timer(1, scheduler).pipe(mergeMap(failing));
    const acquire = (service: LLMService<string, string>, scheduler: VirtualTime) => {
      service.acquireResources = () => failLater(scheduler);
    };

    it.each<[string, Options, Act]>([
      ['usageOf', { usageOf: () => raise(error) }, nothing],
      ['failureOf', { process: failing, failureOf: () => raise(error) }, nothing],
      ['acquireResources', {}, acquire],
      ['the teardown of its work', { process: () => leaving(error) }, nothing],
      ['a live bound', { maxConcurrentJobs: throwError(() => error) }, nothing],
      ['a live limit', { quotas: [quota({ unit: 'requests', limit: throwError(() => error), windowMs: 9 })] }, nothing], // prettier-ignore
    ])('holds nothing of it where it comes from %s', (_what, options, before) => {
      const events = told(options, (service, time) => {
        before(service, time);
        ask(service);
        time.advance(5);
        void service.close({ abandon: true });
      });

      expect(events.filter((event) => 'error' in event).length).toBeGreaterThan(0);
      expect(leaksIn(events, LOGGED)).toEqual([]);
    });
  },
);

function raise(error: unknown): never {
  throw error;
}

/** An Observable whose teardown fails. */
function leaving(error: unknown) {
  return new Observable<string>(() => () => raise(error));
}

describe('a log of events', () => {
  const options = { retry: { maxAttempts: 1 } };

  it('shows what an error is', () => {
    const error = Object.assign(new Error(words), { name: 'RateLimitError', status: 429, code: 'rate_limit_exceeded' }); // prettier-ignore
    const failed = told({ ...options, process: () => throwError(() => error) }, ask).at(-1);

    expect(JSON.parse(JSON.stringify(failed))).toMatchObject({
      type: 'failed',
      label: 'l',
      error: { name: 'RateLimitError', status: 429, code: 'rate_limit_exceeded' },
    });
  });

  it('shows what an error of rxllm says', () => {
    const failed = told({ costOf: () => 7, quotas: [quota({ unit: 'tokens', limit: 5, windowMs: 9 })] }, ask).at(-1); // prettier-ignore

    expect(JSON.stringify(failed)).toContain('a call that costs 7 tokens can never fit');
  });

  it('holds no cause of an error of rxllm', () => {
    const error = Object.assign(new Error(words), { status: 429, headers: { 'retry-after': '9999' } }); // prettier-ignore
    const events = told({ process: () => throwError(() => error) }, ask);

    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'RETRY_AFTER_TOO_LONG', cause: error } }); // prettier-ignore
    expect(leaksIn(events, LOGGED)).toEqual([]);
  });
});
