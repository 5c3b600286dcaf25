import { type ContractCase, rateTrackerContract, VirtualTime } from '../../src/testing/index.js';
import { faultsOfCosts } from './contract/faults-of-costs.js';
import { faultsOfForesight } from './contract/faults-of-foresight.js';
import { faultsOfGranting } from './contract/faults-of-granting.js';
import { faultsOfQuotas } from './contract/faults-of-quotas.js';
import { faultsOfSettling } from './contract/faults-of-settling.js';
import { faultsOfShowing } from './contract/faults-of-showing.js';
import type { Make } from './contract/faulty.js';

const faults = {
  ...faultsOfGranting,
  ...faultsOfQuotas,
  ...faultsOfCosts,
  ...faultsOfSettling,
  ...faultsOfShowing,
  ...faultsOfForesight,
};

function caseOf(name: string, make: Make): ContractCase | undefined {
  const time = new VirtualTime();
  const contract = rateTrackerContract({
    make: (quotas) => make(quotas, time),
    wait: (ms) => time.advance(ms),
    now: () => time.now(),
    timers: () => time.timers,
  });
  return contract.find((one) => one.name === name);
}

describe('rateTrackerContract', () => {
  it.each(Object.entries(faults))('sees a tracker that %s', async (_, { make, seenBy }) => {
    await expect(caseOf(seenBy, make)?.run()).rejects.toMatchObject({
      code: 'CONTRACT_VIOLATION',
    });
  });
});
