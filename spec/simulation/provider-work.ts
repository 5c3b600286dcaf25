import { map, type ObservableInput } from 'rxjs';
import type { CallContext } from '../../src/index.js';
import { readRateLimits } from '../../src/headers/index.js';
import { exchange, type ExchangeEvent, type SimulatedRequest } from '../../src/simulator/index.js';
import { networkError, providerError } from '../support/provider-error.js';
import type { FaultyProvider } from './provider.js';
import type { Simulation } from './simulation.js';
import type { Station } from './station.js';

/** Work that is a request to a simulated provider. */
export class ProviderWork {
  constructor(
    private readonly run: Simulation,
    private readonly faulty: FaultyProvider,
  ) {}

  begin(station: Station, tokens: number, context: CallContext): ObservableInput<string> {
    const { run, faulty } = this;
    station.controls.checkWork();
    const request = this.requestOf(tokens);
    const tells = run.has('reports');
    const events$ = exchange(faulty.provider, request, run.rightTime);
    const answer$ = events$.pipe(
      map((event) => {
        if (tells && 'tokens' in event) this.report(request, event, context);
        if (run.has('headers')) this.tellLimits(event, context);
        return this.read(event);
      }),
    );
    return station.works.run(context.callId, answer$);
  }

  /** Of so many tokens at most, which is what its call reserves. */
  private requestOf(tokens: number): SimulatedRequest {
    const { run } = this;
    const promptTokens = run.int(0, tokens);
    const maxTokens = tokens - promptTokens;
    const isMore = run.strikes('underestimates', 0.3);
    const outputTokens = isMore ? maxTokens + run.int(1, tokens) : run.int(0, maxTokens);
    return { promptTokens, outputTokens, maxTokens, stream: run.strikes('streams', 0.5) };
  }

  private report(
    { promptTokens, maxTokens = 0 }: SimulatedRequest,
    { kind, tokens: outputTokens }: Extract<ExchangeEvent, { tokens: number }>,
    context: CallContext,
  ): void {
    const charged = this.faulty.charge === 'real' ? outputTokens : maxTokens;
    const usage = { tokens: promptTokens + charged, outputTokens };
    context.reportUsage(usage, { estimated: kind === 'progress' });
  }

  private tellLimits(event: ExchangeEvent, context: CallContext): void {
    const now = this.run.scheduler.now();
    if (event.kind === 'answered')
      context.reportLimits(readRateLimits({ status: 200, headers: event.admitted.headers, now }));
  }

  private read(event: ExchangeEvent): string {
    if (event.kind === 'broken') throw networkError('ECONNRESET');
    if (event.kind === 'refused' || event.kind === 'failed')
      throw providerError(event.status, event.headers);
    return 'a';
  }
}
