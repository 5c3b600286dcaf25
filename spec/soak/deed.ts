import type { CallOptions } from 'rxllm';
import { SHORT_TIMEOUT_MS } from './terms.js';

/** How and when a caller leaves: in the turn in which it came, at the first piece of text, or after so many ms. */
export interface Leave {
  readonly how: 'unsubscribe' | 'abort';
  readonly when: 'at-once' | 'first-response' | number;
}

/** What one caller does. */
export interface Deed {
  readonly way: 'call' | 'callAsync' | 'callEvents';
  readonly isStreamed: boolean;
  readonly options: CallOptions;
  /** Undefined for who stays to the end. */
  readonly leave: Leave | undefined;
}

const TENANTS = ['ann', 'bob', 'cat', undefined];
const LEAVES_WITHIN_MS = 60;
const BEFORE_THE_CLIENT = 0.8;

/** Draws what the next caller does; one in six leaves, or has hardly any time. */
export function drawDeed(random: () => number, lostAfterMs: number): Deed {
  const [fate, way, stream] = [random(), random(), random()];
  const leave = leaveOf(fate, LEAVES_WITHIN_MS * random());
  const isShort = fate >= 0.15 && fate < 0.17;
  const options = {
    priority: Math.floor(3 * random()),
    tenant: TENANTS[Math.floor(TENANTS.length * random())],
    // Half of those that hang end so, the others by the client's own time, and are tried again.
    firstChunkTimeout: random() < 0.5 ? BEFORE_THE_CLIENT * lostAfterMs : undefined,
    timeout: isShort ? SHORT_TIMEOUT_MS : undefined,
  };
  return { way: wayOf(way, leave), isStreamed: stream < 0.5, options, leave };
}

function leaveOf(fate: number, ms: number): Leave | undefined {
  if (fate < 0.04) return { how: 'unsubscribe', when: 'at-once' };
  if (fate < 0.08) return { how: 'unsubscribe', when: ms };
  if (fate < 0.11) return { how: 'unsubscribe', when: 'first-response' };
  return fate < 0.15 ? { how: 'abort', when: ms } : undefined;
}

/** Of a promise nobody can unsubscribe. */
function wayOf(chance: number, leave: Leave | undefined): Deed['way'] {
  if (chance < 0.3 && leave?.how !== 'unsubscribe') return 'callAsync';
  return chance < 0.5 ? 'callEvents' : 'call';
}
