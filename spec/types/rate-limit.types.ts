// What the operator infers, and what must not compile: `tsc -p spec` is the test.
import { expectTypeOf } from 'expect-type';
import { BehaviorSubject, type Observable, of, Subject } from 'rxjs';
import {
  InMemoryRateTracker,
  rateLimit,
  requestsPerMinute,
  type Reservation,
} from '../../src/index.js';

const quotas = [requestsPerMinute(5)];
const tracker = new InMemoryRateTracker({ quotas });
const prompts$ = of('a', 'b');

// it lets through what came in
expectTypeOf(prompts$.pipe(rateLimit({ quotas }))).toEqualTypeOf<Observable<string>>();
expectTypeOf(prompts$.pipe(rateLimit({ tracker }))).toEqualTypeOf<Observable<string>>();

// the value's type comes from the pipe
prompts$.pipe(
  rateLimit({
    quotas,
    costOf: (prompt) => {
      expectTypeOf(prompt).toEqualTypeOf<string>();
      return { tokens: prompt.length };
    },
  }),
);

// or what is made of it and its reservation
const reserved$ = prompts$.pipe(
  rateLimit({ quotas, costOf: () => 1 }, (prompt, reservation) => ({ prompt, reservation })),
);
expectTypeOf(reserved$).toEqualTypeOf<Observable<{ prompt: string; reservation: Reservation }>>();

rateLimit({ quotas, maxConcurrent: new BehaviorSubject(2), released$: new Subject<void>() });

// @ts-expect-error -- no such option
rateLimit({ quotas, concurrency: 2 });
// @ts-expect-error -- a cost is a number, or a number per unit
rateLimit({ quotas, costOf: () => 'much' });
// @ts-expect-error -- a tracker grants reservations
rateLimit({ tracker: { add: () => {} } });
