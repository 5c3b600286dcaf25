import { concat, map, mergeMap, NEVER, type Observable, type ObservableInput, of, throwError, timer } from 'rxjs'; // prettier-ignore
import type { CallContext } from '../../src/index.js';
import { networkError, providerError } from '../support/provider-error.js';
import type { Simulation } from './simulation.js';
import type { Station } from './station.js';

/** What anybody's work may do: it answers, or fails in all the ways that there are. */
export class Work {
  constructor(private readonly run: Simulation) {}

  begin(station: Station, tokens: number, context: CallContext): ObservableInput<string> {
    const { run } = this;
    station.controls.checkWork();
    const used = run.int(0, 2 * tokens);
    if (run.has('reports') && run.chance(0.5))
      context.reportUsage({ tokens: used, outputTokens: used }, { estimated: run.chance(0.5) });
    if (run.strikes('failures', 0.1)) throw this.error();
    if (run.strikes('thenables', 0.3)) return this.thenable(station, context);
    return station.works.run(context.callId, this.stream());
  }

  private stream(): Observable<string> {
    const { run } = this;
    const answer$ = this.answer();
    const fail$ = answer$.pipe(mergeMap(() => throwError(() => this.error())));
    if (run.strikes('hangs', 0.05)) return NEVER;
    if (run.strikes('failures', 0.4))
      return run.chance(0.3) ? throwError(() => this.error()) : fail$;
    if (run.strikes('streams', 0.5)) {
      const most = run.int(0, 4);
      const more = Array.from({ length: most }, () => this.answer());
      return concat(...more, run.strikes('failures', 0.3) ? fail$ : answer$);
    }
    return run.chance(0.3) ? of(this.value()) : answer$;
  }

  private answer(): Observable<string> {
    const { run } = this;
    const ms = run.ms(0, 300) * (run.strikes('slow', 0.1) ? 4 : 1);
    return timer(ms, run.time).pipe(map(() => this.value()));
  }

  private value(): string {
    return this.run.strikes('throwing usages', 0.2) ? 'unreadable' : 'a';
  }

  /** Goes on after its caller has left, and now and then settles twice. */
  private thenable({ works, refunds }: Station, { callId }: CallContext): PromiseLike<string> {
    const { run } = this;
    const [isBad, again] = [run.chance(0.4), run.chance(0.3)];
    const then = (resolve: (value: string) => void, reject: (error: unknown) => void) => {
      const done = works.begin(callId);
      const error = this.error();
      const settle = () => {
        if (isBad) reject(error);
        else resolve('a');
      };
      run.later(run.ms(0, 300), () => {
        done();
        if (isBad) refunds.failed(callId, error);
        else refunds.answered(callId);
        settle();
        if (again) run.later(run.ms(0, 300), settle);
      });
    };
    return { then } as unknown as PromiseLike<string>;
  }

  private error(): Error {
    const { run } = this;
    if (run.strikes('refusals', 0.5)) {
      const seconds = run.strikes('long waits', 0.2) ? 700 : run.ms(0, 2_000) / 1_000;
      const wait = run.chance(0.7) ? { 'retry-after': String(seconds) } : {};
      return providerError(run.pick([429, 529, 503]), wait);
    }
    const status = run.pick([400, 408, 500, 500, 500]);
    return run.chance(0.3) ? networkError('ECONNREFUSED') : providerError(status);
  }
}
