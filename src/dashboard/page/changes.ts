import type { Sample, ServiceSample } from '../protocol.js';

/** Statuses that come and go with each call are not worth a word. */
const WORKING = new Set(['idle', 'starting', 'running']);

/** What has changed that one should hear of even when not looking: gates and statuses. */
export function changesBetween(before: Sample, after: Sample): readonly string[] {
  return after.services.flatMap((service) => {
    const old = before.services.find(({ name }) => name === service.name);
    return old ? [...statusChange(old, service), ...gateChange(old, service)] : [];
  });
}

function statusChange(before: ServiceSample, after: ServiceSample): readonly string[] {
  const [old, status] = [standing(before), standing(after)];
  return old === status ? [] : [`${after.name}: ${status}`];
}

function standing({ status }: ServiceSample): string {
  return WORKING.has(status) ? 'working' : status;
}

function gateChange(before: ServiceSample, after: ServiceSample): readonly string[] {
  const [old, status] = [before.gate?.status, after.gate?.status];
  return old === status || status === undefined ? [] : [`${after.name}: gate ${status}`];
}
