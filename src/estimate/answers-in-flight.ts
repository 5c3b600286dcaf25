import type { SchedulerLike } from 'rxjs';
import type { Clock } from '../time/clock.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';
import { type Answer, AnswerLine } from './answer-line.js';
import type { OutputLearner } from './output-learner.js';

type Label = string | undefined;

/** What is asked of a call. */
interface Answered {
  readonly label: Label;
  readonly reservation: Reservation | undefined;
}

/** What calls in flight hold for their answers, and what is learned from them: a line for each label. */
export class AnswersInFlight {
  private readonly byCall = new Map<Answered, Answer>();
  private readonly lines = new Map<Label, AnswerLine>();

  constructor(
    private readonly learner: OutputLearner,
    private readonly scheduler: SchedulerLike,
    private readonly clock: Clock,
  ) {}

  /** A try of the call has been let out. */
  started(call: Answered): void {
    if (!call.reservation) return;
    const line = this.lineOf(call.label);
    const answer = line.begin(call.reservation);
    // Known before it is lowered: whoever hears of that may cancel the call.
    this.byCall.set(call, answer);
    line.lower(answer);
  }

  /** That try is over: the usage is what the provider told of a whole answer, undefined for any other. */
  ended(call: Answered, usage?: Usage): void {
    const answer = this.byCall.get(call);
    if (!answer) return;
    const { label } = call;
    const line = this.lineOf(label);
    this.byCall.delete(call);
    line.end(answer, usage?.['outputTokens']);
    if (line.isEmpty) this.lines.delete(label);
    if (usage) this.learner.settled(label, answer.held, usage);
  }

  private lineOf(label: Label): AnswerLine {
    const known = this.lines.get(label);
    if (known) return known;
    const line = new AnswerLine(label, this.learner, this.scheduler, this.clock);
    this.lines.set(label, line);
    return line;
  }
}
