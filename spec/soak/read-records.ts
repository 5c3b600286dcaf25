import { type CallRecord, newCallRecord, tryOf } from './call-record.js';

/** The lines of the three journals, each as its fields. */
export interface Journals {
  readonly provider: readonly (readonly string[])[];
  readonly caller: readonly (readonly string[])[];
  readonly events: readonly (readonly string[])[];
}

const IDLE = 'idle';

/** Lays what all sides have written down side by side, by the numbers of the calls; 1 to `calls` are always there. */
export function readRecords({ provider, caller, events }: Journals, calls: number): Records {
  const records: Records = new Map();
  for (let id = 1; id <= calls; id++) records.set(String(id), newCallRecord());
  for (const line of provider) if (line[0] !== IDLE) readProvider(records, line);
  for (const line of caller) readCaller(records, line);
  for (const line of events) readEvent(records, line);
  return records;
}

/** How often the provider closed a connection that nobody used. */
export function idleIn({ provider }: Journals): number {
  return provider.filter(([kind]) => kind === IDLE).length;
}

export type Records = Map<string, CallRecord>;

function readProvider(
  records: Records,
  [kind, number = '?', status, end = '?']: readonly string[],
): void {
  const record = tryIn(records, number);
  if (kind === 'arrived') record.arrived++;
  else record.answers.push({ status: Number(status), end });
}

function readCaller(
  records: Records,
  [kind, number = '?', how = '?', reason]: readonly string[],
): void {
  if (kind === 'sent') tryIn(records, number).sent++;
  else recordOf(records, number).told.push({ how, reason });
}

function readEvent(
  records: Records,
  [type = '?', id = '?', attempt, reason = '?']: readonly string[],
): void {
  const record = recordOf(records, id);
  if (type === 'queued') record.queued++;
  else if (type === 'started') tryOf(record, Number(attempt)).started++;
  else if (type === 'retrying') tryOf(record, Number(attempt)).retried.push(reason);
  else record.ended.push(type);
}

function tryIn(records: Records, number: string) {
  const [id = '?', attempt] = number.split('/');
  return tryOf(recordOf(records, id), Number(attempt));
}

function recordOf(records: Records, id: string): CallRecord {
  const known = records.get(id);
  if (known) return known;
  const fresh = newCallRecord();
  records.set(id, fresh);
  return fresh;
}
