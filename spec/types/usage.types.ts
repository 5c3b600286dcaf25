// What trackers and quotas infer, and what must not compile: `tsc -p spec` is the test.
import { expectTypeOf } from 'expect-type';
import { BehaviorSubject, type Observable } from 'rxjs';
import {
  InMemoryRateTracker,
  type Quota,
  quota,
  requestsPerMinute,
  TimeBoundedUsageTracker,
  tokensPerMinute,
  type Usage,
  type UsageByModel,
  UsageTracker,
} from '../../src/index.js';

interface Answer {
  readonly tokens: number;
}

// a tracker of usage hears of the responses that its parser reads
const usage = new UsageTracker('report.md', (current, answer: Answer) => {
  expectTypeOf(current).toEqualTypeOf<Usage>();
  return { tokens: (current['tokens'] ?? 0) + answer.tokens };
});
expectTypeOf(usage).toEqualTypeOf<UsageTracker<Answer>>();
expectTypeOf(usage.usage$).toEqualTypeOf<Observable<UsageByModel>>();
expectTypeOf(usage.totals).toEqualTypeOf<Readonly<Record<string, Usage>>>();
expectTypeOf(usage.addTo({ before: 1 })).toEqualTypeOf<{ before: number }>();
usage.updateFromModel({ model: 'm', response: { tokens: 1 }, subLabel: 's' });
usage.updateFromModel();

// @ts-expect-error -- not a response that its parser reads
usage.updateFromModel({ response: 'text' });
// @ts-expect-error -- a tracker has a parser
new UsageTracker('report.md');

// usage is for reading
declare const amounts: Usage;
expectTypeOf(amounts['tokens']).toEqualTypeOf<number | undefined>();
// @ts-expect-error -- read only
amounts['tokens'] = 5;

// windows
const tracker = new TimeBoundedUsageTracker({ windowMs: 60_000 });
expectTypeOf(tracker.add).toEqualTypeOf<(value: number) => void>();
expectTypeOf(tracker.total).toEqualTypeOf<number>();
expectTypeOf(tracker.total$).toEqualTypeOf<Observable<number>>();
// @ts-expect-error -- times are in ms, and say so
new TimeBoundedUsageTracker({ maxSeconds: 70 });
// @ts-expect-error -- read only
tracker.total = 0;

// quotas
expectTypeOf(requestsPerMinute(5)).toEqualTypeOf<Quota>();
expectTypeOf(tokensPerMinute(new BehaviorSubject(5))).toEqualTypeOf<Quota>();
expectTypeOf(quota({ unit: 'images', limit: 5, windowMs: 1000 })).toEqualTypeOf<Quota>();
// @ts-expect-error -- a limit is a number
requestsPerMinute('5');
// @ts-expect-error -- no such option
quota({ unit: 'images', limit: 5, windowMs: 1000, burst: 2 });

// a tracker has quotas of its own, or a limit over another
new InMemoryRateTracker({ quotas: [requestsPerMinute(5)] });
new InMemoryRateTracker({ rateLimit: 100, rateTracker: tracker });
// @ts-expect-error -- a limit needs what it limits
new InMemoryRateTracker({ rateLimit: 100 });
// @ts-expect-error -- neither quotas nor a limit
new InMemoryRateTracker({});
