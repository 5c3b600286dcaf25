// Ten services at work: in virtual time, so that ten minutes of history are there at once, and then time goes on as
// the machine's does.
import { map, timer } from 'rxjs';
import { budget, LLMService, requestsPerMinute, tokensPerMinute } from 'rxllm';
import { VirtualTime } from 'rxllm/testing';

/** Each call is queued, started and completed. */
const EVENTS_A_CALL = 3;
const HISTORY_MS = 600_000;
const TICK_MS = 5;
const LABELS = ['summary', 'headline', 'facts', 'answer'];
const TENANTS = ['acme', 'globex', 'initech', undefined];
const MODELS = ['gpt-5-mini', 'gpt-5', 'claude-opus-5'];

export class Load {
  scheduler = new VirtualTime();
  isBusy = false;
  /** How many there were. */
  events = 0;
  #calls = 0;
  #due = 0;

  constructor(count, eventsASecond) {
    this.callsAMs = eventsASecond / EVENTS_A_CALL / 1_000;
    this.services = Array.from({ length: count }, (_, at) => this.#service(at));
    for (const service of this.services) service.events$.subscribe(() => this.events++);
  }

  /** Ten minutes, a tenth of the load in most of them; then time goes on by itself. */
  playHistory() {
    for (let at = 0; at < HISTORY_MS; at += 100) {
      const wave = 0.1 + 0.08 * Math.sin(at / 20_000);
      this.#advance(100, wave);
    }
    this.last = performance.now();
    this.ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  stop() {
    clearInterval(this.ticking);
  }

  #tick() {
    const now = performance.now();
    this.#advance(now - this.last, this.isBusy ? 1 : 0);
    this.last = now;
  }

  #advance(ms, share) {
    this.#due += ms * this.callsAMs * share;
    for (; this.#due >= 1; this.#due--) this.#call();
    this.scheduler.advance(ms);
  }

  #call() {
    const number = this.#calls++;
    const service = this.services[number % this.services.length];
    const label = LABELS[(number >> 2) % LABELS.length];
    const tenant = TENANTS[(number >> 4) % TENANTS.length];
    service.call(number, { label, tenant, priority: number % 3 }).subscribe({ error: () => {} });
  }

  #service(at) {
    const { scheduler } = this;
    return LLMService.of({
      modelName: MODELS[at % MODELS.length],
      serviceTag: `-${at}`,
      scheduler,
      maxConcurrentJobs: 40,
      quotas: [
        requestsPerMinute(2_400),
        tokensPerMinute(2_000_000),
        budget({ unit: 'usd', limit: 1_000 }),
      ],
      costOf: () => ({ tokens: 1_000, usd: 0.004 }),
      usageOf: (tokens) => ({ tokens, usd: tokens * 4e-6 }),
      process: (number) =>
        timer(200 + ((number * 7919) % 800), scheduler).pipe(map(() => 300 + (number % 700))),
    });
  }
}
