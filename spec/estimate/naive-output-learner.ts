import type { EstimateState, Usage } from '../../src/index.js';

/** Numbers of one label, all of them, for ever. */
interface Label {
  readonly outputs: number[];
  readonly settled: { reserved: number; used: number }[];
}

/** Keeps everything, and sorts and sums anew each time it is asked: what `OutputLearner` must agree with. */
export class NaiveOutputLearner {
  private readonly byLabel = new Map<string | undefined, Label>();

  constructor(
    private readonly percent: number,
    private readonly atLeast: number,
    private readonly latest: number,
  ) {}

  observe(label: string | undefined, outputTokens: number): void {
    this.of(label).outputs.push(outputTokens);
  }

  settled(label: string | undefined, reserved: Usage, used: Usage): void {
    const [before, after] = [reserved['outputTokens']!, used['outputTokens']!];
    this.of(label).settled.push({ reserved: before, used: after });
  }

  /** The least that at least `percent` of a hundred do not exceed, by counting. */
  expected(label: string | undefined): number | undefined {
    const outputs = (this.byLabel.get(label)?.outputs ?? []).slice(-this.latest);
    if (outputs.length < this.atLeast) return undefined;
    const fits = (most: number) => outputs.filter((output) => output <= most).length;
    const enough = outputs.filter((most) => fits(most) * 100 >= this.percent * outputs.length);
    return Math.min(...enough);
  }

  state(label: string | undefined): EstimateState {
    const { outputs, settled } = this.of(label);
    const last = settled.slice(-this.latest);
    const reserved = last.reduce((sum, call) => sum + call.reserved, 0);
    const used = last.reduce((sum, call) => sum + call.used, 0);
    const calls = Math.min(outputs.length, this.latest);
    const accuracy = used > 0 ? reserved / used : undefined;
    return { label, calls, expected: this.expected(label), reserved, used, accuracy };
  }

  private of(label: string | undefined): Label {
    const known = this.byLabel.get(label) ?? { outputs: [], settled: [] };
    this.byLabel.set(label, known);
    return known;
  }
}
