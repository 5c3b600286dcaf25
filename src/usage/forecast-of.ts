import type { Forecast } from './forecast.js';
import type { Lane } from './lane.js';
import type { Usage } from './usage.js';

/** Whose wait is asked for. */
export interface Forecasted {
  readonly cost: Usage;
  /** What is let out before it, in the same line. */
  readonly ahead: Usage;
  /** That of the first in line; Infinity where it is empty. */
  readonly turn: number;
  /** Milliseconds until all the gates let a call pass. */
  readonly gateMs: number;
}

const NOW: Forecast = Object.freeze({ waitMs: 0, blockedBy: undefined });

/** What a call waits for longest, of the gates and the quotas; of equals the gate, then the first quota. */
export function forecastOf(
  { cost, ahead, turn, gateMs }: Forecasted,
  lanes: readonly Lane[],
  now: number,
): Forecast {
  let waitMs = gateMs;
  let longest: Lane | undefined;
  for (const lane of lanes) {
    const wait = lane.meter.waitFor(cost, now, ahead[lane.meter.unit]);
    if (wait > waitMs) {
      waitMs = wait;
      longest = lane;
    }
  }
  if (longest) return { waitMs, blockedBy: 'quota', ...nameOf(longest) };
  return waitMs > 0 ? { waitMs, blockedBy: 'gate' } : turnIn(lanes, turn);
}

/** Nothing but others who came before may be in the way: how long they wait for something else nobody knows here. */
function turnIn(lanes: readonly Lane[], turn: number): Forecast {
  const taken = lanes.find(({ shared }) => shared?.turns.isClaimedBefore(turn));
  return taken ? { waitMs: 0, blockedBy: 'turn', ...nameOf(taken) } : NOW;
}

function nameOf({ meter: { unit, windowMs } }: Lane) {
  return { unit, windowMs };
}
