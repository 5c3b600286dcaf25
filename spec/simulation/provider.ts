import {
  type Fault,
  SimulatedProvider,
  type SimulatedProviderOptions,
} from '../../src/simulator/index.js';
import type { Feature } from './features.js';
import { WINDOW_MS } from './quotas.js';
import type { Simulation } from './simulation.js';

/** The longest way of a request to the provider, in ms. */
const LONGEST_WAY_MS = 50;

/** Which feature switches on which faults, and with what chance each. */
const FAULTS_OF: Partial<Record<Feature, Partial<Record<Fault, number>>>> = {
  refusals: { rate429: 0.04, bare429: 0.03, overloaded529: 0.05 },
  failures: { status500: 0.08, brokenStream: 0.06 },
  hangs: { hang: 0.03 },
  slow: { slow: 0.08 },
};

/** What breaks a limit though no service does anything wrong. */
const EXCUSES: readonly Feature[] = ['other users', 'underestimates', 'learning'];

type Limits = Pick<SimulatedProviderOptions, 'tokensPerWindow' | 'requestsPerWindow'>;

/** One key of a provider, with all that goes wrong with it, until it is told to be healthy. */
export class FaultyProvider {
  readonly provider: SimulatedProvider;
  /** What it charges: what a request takes, or what it may take at most. */
  readonly charge: 'real' | 'prompt+max';
  private readonly faults: Partial<Record<Fault, number>>;

  constructor(
    private readonly run: Simulation,
    limits: Limits,
  ) {
    const strikes = (feature: string) => run.has(feature as Feature);
    this.faults = Object.assign(
      {},
      ...Object.entries(FAULTS_OF).map(([feature, faults]) => strikes(feature) && faults),
    ) as Partial<Record<Fault, number>>;
    this.charge = run.pick(['real', 'prompt+max']);
    this.provider = new SimulatedProvider({
      ...limits,
      windowMs: WINDOW_MS,
      limitModel: run.pick(['sliding-log', 'token-bucket', 'fixed-window']),
      charge: this.charge,
      latency: { baseMs: 40, perTokenMs: run.pick([0, 1, 3]), jitter: 0.4, slowFactor: 8 },
      networkMs: run.has('jitter') ? [0, LONGEST_WAY_MS] : run.pick([0, 20]),
      faults: this.faults,
      seed: run.int(1, 1_000_000),
    });
  }

  /** Somebody else uses the key, who does not care. */
  meddle(): void {
    const { run, provider } = this;
    const promptTokens = run.int(1, 100) * run.scale;
    provider.admit({ promptTokens, outputTokens: 1 }, run.now);
  }

  /** Nothing goes wrong any more. */
  recover(): void {
    for (const fault of Object.keys(this.faults) as Fault[]) this.faults[fault] = 0;
  }

  /**
   * The provider has refused nothing for its limits: margins cover the way there, and costs what it charges. Only
   * others, costs that are too low, margins that are too small and clocks that jump forward excuse that.
   */
  check(): void {
    const { run, provider } = this;
    const { limitsBroken, refused } = provider.stats();
    if (limitsBroken + refused.tooLarge > 0) run.meets('a 429 by a limit');
    if (limitsBroken + refused.tooLarge > 0 && !this.isExcused)
      run.problem(`is refused ${limitsBroken} + ${refused.tooLarge} times by a limit`);
  }

  tellFaults(): void {
    const { faults } = this.provider.stats();
    for (const [fault, count] of Object.entries(faults))
      for (let n = 0; n < count; n++) this.run.meets(`provider: ${fault}`);
  }

  private get isExcused(): boolean {
    const { features, slack } = this.run;
    return (
      slack.forwardMs > 0 ||
      // Without a margin, a way that is not always as long makes two arrive closer together than they were sent.
      (features.has('no margin') && (features.has('jitter') || features.has('early timers'))) ||
      EXCUSES.some((feature) => features.has(feature))
    );
  }
}
