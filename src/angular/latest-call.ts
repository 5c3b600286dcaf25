import {
  computed,
  DestroyRef,
  effect,
  type Injector,
  linkedSignal,
  PendingTasks,
  type Signal,
  untracked,
} from '@angular/core';
import { finalize, type Observable, Subscription } from 'rxjs';
import { beginning, type CallState, isLoading, isUnanswered } from './call-state.js';
import { type Asked, asked, isSame, NOTHING, type Turn } from './turn.js';

/** What calls are made of. */
export interface LatestCallParts<Request, Value> {
  readonly request: () => Request | undefined;
  readonly initialValue: Value;
  readonly injector: Injector;
  /** Makes one call: tells what its steps change in what is shown, and never errors. */
  readonly call: (request: Request) => Observable<Partial<CallState<Value>>>;
}

/**
 * The call of the latest request.
 *
 * The state follows from the turn, and so is right as soon as the request has changed; the call is made by an effect,
 * as nothing that is read may make one.
 *
 * ```text
 * request ── computed ── turn ── linkedSignal ── state
 *                          └── effect ── call ────┘
 * ```
 */
export class LatestCall<Request, Value> {
  readonly state: Signal<CallState<Value>>;
  private readonly turn = linkedSignal<Asked<Request>, Turn<Request>>({
    source: computed(() => (this.hasEnded ? NOTHING : asked(this.parts.request)), {
      equal: isSame,
    }),
    computation: (source) => ({ ...source, kind: 'call' }),
  });
  private readonly shown = linkedSignal<Turn<Request>, CallState<Value>>({
    source: this.turn,
    computation: (turn, previous) => beginning(turn, this.parts.initialValue, previous?.value),
  });
  private readonly pendingTasks: PendingTasks;
  private underWay = Subscription.EMPTY;
  private hasEnded = false;

  constructor(private readonly parts: LatestCallParts<Request, Value>) {
    const { injector } = parts;
    this.state = this.shown.asReadonly();
    this.pendingTasks = injector.get(PendingTasks);
    effect(
      (onCleanup) => {
        const turn = this.turn();
        const call = untracked(() => this.begin(turn));
        onCleanup(() => {
          call.unsubscribe();
        });
      },
      { injector },
    );
    injector.get(DestroyRef).onDestroy(() => {
      this.cancel();
      this.hasEnded = true;
    });
  }

  reload(): boolean {
    const { request } = untracked(this.turn);
    const { status } = untracked(this.state);
    if (this.hasEnded || request === undefined || isUnanswered(status)) return false;
    this.turn.update((turn) => ({ ...turn, kind: 'reload' }));
    return true;
  }

  cancel(): boolean {
    if (!isLoading(untracked(this.state))) return false;
    this.turn.update((turn) => ({ ...turn, kind: 'cancel' }));
    this.underWay.unsubscribe();
    return true;
  }

  private begin(turn: Turn<Request>): Subscription {
    const { request, kind } = turn;
    if (request === undefined || kind === 'cancel') return Subscription.EMPTY;
    // Before the call is made, as that may be what cancels it.
    const underWay = new Subscription();
    this.underWay = underWay;
    const changes$ = this.parts.call(request).pipe(finalize(this.pendingTasks.add()));
    underWay.add(
      changes$.subscribe((change) => {
        this.show(turn, change);
      }),
    );
    return underWay;
  }

  /** Nothing of an earlier turn; and whoever brings a response about may be a template, which must set no signals. */
  private show(turn: Turn<Request>, change: Partial<CallState<Value>>): void {
    untracked(() => {
      if (this.turn() === turn) this.shown.update((state) => ({ ...state, ...change }));
    });
  }
}
