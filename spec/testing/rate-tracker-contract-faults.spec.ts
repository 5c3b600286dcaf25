import {
  rateTrackerContract,
  type RateTrackerSubject,
  VirtualTime,
} from '../../src/testing/index.js';
import { farAway } from './contract/distant-tracker.js';
import { faultsOfCosts } from './contract/faults-of-costs.js';
import { faultsOfForesight } from './contract/faults-of-foresight.js';
import { faultsOfGranting, granting, storm } from './contract/faults-of-granting.js';
import { faultsOfQuotas } from './contract/faults-of-quotas.js';
import { faultsOfSettling } from './contract/faults-of-settling.js';
import { faultsOfShowing } from './contract/faults-of-showing.js';
import {
  type Faulty,
  type Make,
  withParts,
  withQuotas,
  withReservations,
  withShown,
} from './contract/faulty.js';
import { answeringByMicrotask } from './contract/promised-tracker.js';

const faults = {
  ...faultsOfGranting,
  ...faultsOfQuotas,
  ...faultsOfCosts,
  ...faultsOfSettling,
  ...faultsOfShowing,
  ...faultsOfForesight,
};

type SubjectOf = (make: Make, time: VirtualTime) => RateTrackerSubject;

const exactly: SubjectOf = (make, time) => ({
  make: (quotas) => make(quotas, time),
  wait: (ms) => time.advance(ms),
  now: () => time.now(),
  timers: () => time.timers,
});

const byPromises: SubjectOf = (make, time) => ({
  make: (quotas) => answeringByMicrotask(make(quotas, time)),
  wait: (ms) => time.advance(ms),
});

const farAwayWithSlack: SubjectOf = (make, time) => ({
  make: (quotas) => farAway(make(quotas, time), 2, time),
  wait: (ms) => time.advance(ms),
  windowMs: 400,
  slackMs: 5,
});

const early = withQuotas((quota) => ({ ...quota, windowMs: quota.windowMs - 1 }));
const far = withQuotas((quota) => ({ ...quota, windowMs: quota.windowMs - 30 }));

async function expectSeen(subjectOf: SubjectOf, { make, seenBy }: Faulty): Promise<void> {
  const contract = rateTrackerContract(subjectOf(make, new VirtualTime()));
  const run = contract.find(({ name }) => name === seenBy)?.run();

  await expect(run).rejects.toMatchObject({ code: 'CONTRACT_VIOLATION' });
}

describe('rateTrackerContract', () => {
  it.each(Object.entries(faults))('sees a tracker that %s', async (_, faulty) => {
    await expectSeen(exactly, faulty);
  });

  it.each([granting, storm])(
    'sees 1 ms too early where answers come by promises: %s',
    async (seenBy) => {
      await expectSeen(byPromises, { make: early, seenBy });
    },
  );

  it.each([granting, storm])(
    'sees 30 ms too early from far away with a slack of 5 ms: %s',
    async (seenBy) => {
      await expectSeen(farAwayWithSlack, { make: far, seenBy });
    },
  );

  it.each([withParts(() => ({})), withReservations(() => ({})), withShown(() => ({}))])(
    'sees nothing in what faults are planted in, while there is none (%#)',
    async (make) => {
      const subject = exactly(make, new VirtualTime());

      for (const { run } of rateTrackerContract({ ...subject, windowMs: 200 })) await run();
    },
  );
});
