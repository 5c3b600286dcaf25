import { setTimeout } from 'node:timers/promises';
import type { LLMService } from 'rxllm';

type AnyService = Pick<LLMService<unknown, unknown>, 'toJSON' | 'isIdle'>;

/** What keeps a process alive that should not any more; its channel to the parent and its output may. */
const KEEPING = ['Timeout', 'Immediate', 'TCPSocketWrap', 'ConnectWrap', 'HTTPClientRequest'];
const TURNS = 50;
const TURN_MS = 10;

/**
 * What is still there though every caller has gone: calls, permits, timers, and connections that are not merely
 * kept alive. Connections that were cut take a turn or two to close.
 */
export async function remainsOf(service: AnyService): Promise<string[]> {
  let remains = remainsNow(service);
  for (let turn = 0; turn < TURNS && remains.length > 0; turn++) {
    await setTimeout(TURN_MS);
    remains = remainsNow(service);
  }
  return remains;
}

function remainsNow(service: AnyService): string[] {
  const { queued, inFlight, retrying } = service.toJSON();
  const counts = { queued, 'in flight': inFlight, retrying, ...keeping() };
  const remains = Object.entries(counts).filter(([, count]) => count > 0);
  return [
    ...remains.map(([what, count]) => `${count} ${what}`),
    ...(service.isIdle ? [] : ['the service is not idle']),
  ];
}

/** What quotas still hold, and a gate that is not open. */
export function usedQuotas(service: AnyService): string[] {
  const { quotas, gate } = service.toJSON();
  const used = quotas.filter((quota) => quota.used !== 0);
  return [
    ...used.map(({ unit, used }) => `${used} ${unit} charged`),
    ...(gate?.status === 'open' ? [] : [`the gate is ${String(gate?.status)}`]),
  ];
}

function keeping(): Record<string, number> {
  const all = process.getActiveResourcesInfo();
  const countOf = (kind: string) => all.filter((one) => one === kind).length;
  return Object.fromEntries(KEEPING.map((kind) => [kind, countOf(kind)]));
}
