import { BehaviorSubject, Subject } from 'rxjs';
import { LLMService, requestsPerMinute, tokensPerMinute } from '../../src/index.js';

/** What a call of a held service answers. */
interface Answer {
  readonly tokens: number;
}

/** A service whose calls run until the test answers them. */
export interface HeldService {
  readonly service: LLMService<string, Answer>;
  /** The limit of tokens per minute; 1,000 at first. */
  readonly limit$: BehaviorSubject<number>;
  /** Makes a call of 100 tokens, with this label and for this tenant. */
  readonly call: (label?: string, tenant?: string) => void;
  /** Answers the oldest call that runs, which has used so many tokens. */
  readonly answer: (tokens: number) => void;
  /** Fails the oldest call that runs. */
  readonly fail: (error: unknown) => void;
}

/** Two calls run at once; each reserves 100 tokens. */
export function heldService(modelName = 'echo-1'): HeldService {
  const limit$ = new BehaviorSubject(1_000);
  const running: Subject<Answer>[] = [];
  const service = LLMService.of({
    modelName,
    maxConcurrentJobs: 2,
    quotas: [tokensPerMinute(limit$), requestsPerMinute(50)],
    retry: { maxAttempts: 1 },
    costOf: () => ({ tokens: 100 }),
    usageOf: ({ tokens }) => ({ tokens }),
    process: (_request: string) => {
      const answer$ = new Subject<Answer>();
      running.push(answer$);
      return answer$;
    },
  });
  const call = (label?: string, tenant?: string) => {
    service.call('hello', { label, tenant }).subscribe({ error: () => {} });
  };
  const answer = (tokens: number) => {
    const answer$ = running.shift();
    answer$?.next({ tokens });
    answer$?.complete();
  };
  return { service, limit$, call, answer, fail: (error) => running.shift()?.error(error) };
}
