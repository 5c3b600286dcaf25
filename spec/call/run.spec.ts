import { NEVER, Observable, type ObservableInput, of, throwError } from 'rxjs';
import { Call } from '../../src/call/call.js';
import { Failing } from '../../src/call/failing.js';
import { CallContext } from '../../src/call/call-context.js';
import { type Failure, failureOf, type RateLimitReading, type Usage } from '../../src/index.js';
import { Run } from '../../src/call/run.js';
import type { Worker } from '../../src/call/worker.js';
import { usageOfFailed } from '../../src/retry/refund.js';
import { FakeReservation } from '../support/fake-tracker.js';
import { BROKEN } from '../support/retries.js';

type AnyCall = Call<string, string>;

/** All that a run does, in order: what it asks of its service, tells of it and to the caller. */
class Played {
  readonly log: string[] = [];
  readonly reservation = Object.assign(new FakeReservation(), {
    hear: ({ shouldPause }: RateLimitReading) => {
      this.note(shouldPause ? 'hear of a pause' : 'hear of no pause');
    },
  });
  readonly call: AnyCall = new Call(1, 'request', {}, 'l', {
    next: (response: string) => this.note(`next ${response}`),
    error: (error: unknown) => this.note(`error ${(error as Error).message}`),
    complete: () => this.note('complete'),
  });
  readonly run: Run<string, string, AnyCall>;

  constructor(
    process: () => ObservableInput<string>,
    /** What happens at each step. */
    private readonly at: Record<string, () => void> = {},
    delayMs?: number,
  ) {
    this.call.reservation = this.reservation;
    const worker: Worker<string, string, AnyCall> = {
      contextOf: ({ id, label, attempt, reservation }) =>
        new CallContext(id, label, attempt, [], reservation),
      process,
      usageOf: (): Usage | undefined => this.note('usageOf'),
      failing: new Failing<AnyCall>({
        failureOf: (error): Failure => {
          this.note('failureOf');
          return failureOf(error);
        },
        usageOfFailed: (call, { kind }) => usageOfFailed(kind, call.cost),
        verdict: () => {
          this.note('verdict');
          return delayMs === undefined ? undefined : { delayMs };
        },
        retrying: () => this.note('retrying'),
        fault: (error) => this.note(`fault ${String(error)}`),
      }),
      responded: () => this.note('responded'),
      ended: (_, { outcome }) => this.note(outcome),
      fault: (error) => this.note(`fault ${String(error)}`),
    };
    this.run = new Run(this.call, worker, () => this.note('over'));
  }

  private note(step: string): undefined {
    this.log.push(step);
    this.at[step]?.();
  }
}

/** Plays a run that is cancelled at that step. */
function cancelledAt(step: string, process: () => ObservableInput<string>): string[] {
  const played: Played = new Played(process, {
    [step]: () => {
      if (!played.call.hasEnded) played.run.cancel();
    },
  });
  played.run.start();
  return played.log;
}

describe('Run', () => {
  it('hears that its first response was let in, asks for its usage, hands it on, once each', () => {
    const played = new Played(() => of('a', 'b'));
    played.run.start();

    expect(played.log).toEqual([
      'hear of no pause',
      'usageOf',
      'next a',
      'usageOf',
      'next b',
      'completed',
      'complete',
      'over',
    ]);
  });

  it('reads an error, hears of it, decides, and only then tells', () => {
    const refused = Object.assign(new Error('refused'), { status: 429 });
    const played = new Played(() => throwError(() => refused));
    played.run.start();

    expect(played.log).toEqual([
      'failureOf',
      'hear of a pause',
      'verdict',
      'failed',
      'error refused',
      'over',
    ]);
  });

  it('tells nothing to the caller of a try that another follows', () => {
    const played = new Played(() => throwError(() => BROKEN), {}, 5);
    played.run.start();

    expect(played.log).toEqual(['failureOf', 'hear of no pause', 'verdict', 'retrying', 'over']);
    expect(played.call).toMatchObject({
      attempt: 2,
      retryInMs: 5,
      hasEnded: false,
      run: undefined,
    });
  });

  it.each([
    ['hear of no pause', () => of('a', 'b'), []],
    ['usageOf', () => of('a', 'b'), ['hear of no pause']],
    ['next a', () => of('a', 'b'), ['hear of no pause', 'usageOf']],
    ['failureOf', () => throwError(() => BROKEN), []],
    ['hear of no pause', () => throwError(() => BROKEN), ['failureOf']],
    ['verdict', () => throwError(() => BROKEN), ['failureOf', 'hear of no pause']],
  ])('does nothing more when it is cancelled at: %s', (step, process, before) => {
    const log = cancelledAt(step, process);
    // What the error was is still told to the gate.
    const told = step === 'failureOf' ? ['hear of no pause'] : [];

    expect(log.filter((one) => one !== 'over')).toEqual(
      [...before, step, 'cancelled', ...told].filter(Boolean),
    );
    expect(log.filter((one) => one === 'over')).toHaveLength(1);
  });

  it.each<
    [
      string,
      (work: { next(value: string): void; error(error: unknown): void; complete(): void }) => void,
    ]
  >([
    ['a response', (work) => work.next('late')],
    ['an error', (work) => work.error(BROKEN)],
    ['its end', (work) => work.complete()],
    [
      'all of that',
      (work) => {
        work.next('late');
        work.complete();
        work.error(BROKEN);
      },
    ],
  ])('hears nothing of %s with which its work answers to being cancelled', (_what, answer) => {
    // prettier-ignore
    const work = new Observable<string>((subscriber) => {
      answering = () => answer(subscriber);
    });
    let answering: () => void = () => undefined;
    const played = new Played(() => work, { cancelled: () => answering() });
    played.run.start();
    played.run.cancel();

    expect(played.log).toEqual(['cancelled', 'over']);
  });

  it('is over once its work has been torn down, not before', () => {
    const log: string[] = [];
    const played = new Played(
      () => new Observable(() => () => log.push('torn down', ...played.log)),
    );
    played.run.start();
    played.run.cancel();

    expect([...log, ...played.log]).toEqual(['torn down', 'cancelled', 'cancelled', 'over']);
  });

  it('is the one that works for its call until it has ended', () => {
    const played = new Played(() => NEVER);
    played.run.start();
    expect(played.call.run).toBe(played.run);
    played.run.cancel();

    expect(played.call.run).toBeUndefined();
  });
});
