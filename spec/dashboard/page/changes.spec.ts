import { changesBetween } from '../../../src/dashboard/page/changes.js';
import type { Sample, ServiceSample } from '../../../src/dashboard/protocol.js';
import { serviceSample } from './service-sample.js';

function sample(...services: Partial<ServiceSample>[]): Sample {
  return { at: 0, services: services.map(serviceSample) };
}

const open = { status: 'open', opensInMs: null } as const;
const closed = { status: 'closed', opensInMs: 5 } as const;

describe('changesBetween', () => {
  it.each<[string, Partial<ServiceSample>, Partial<ServiceSample>, string[]]>([
    ['a pause', { status: 'running' }, { status: 'paused' }, ['echo: paused']],
    ['its end', { status: 'paused' }, { status: 'idle' }, ['echo: working']],
    ['a gate that closes', { gate: open }, { gate: closed }, ['echo: gate closed']],
    ['no call that comes or goes', { status: 'running' }, { status: 'idle' }, []],
    ['no time that goes on', { gate: closed }, { gate: { ...closed, opensInMs: 4 } }, []],
    ['no numbers', { queued: 1 }, { queued: 2 }, []],
  ])('tells of %s', (_, before, after, told) => {
    expect(changesBetween(sample(before), sample(after))).toEqual(told);
  });

  it('says nothing of a service that is new', () => {
    expect(changesBetween(sample(), sample({ status: 'paused' }))).toEqual([]);
  });
});
