import { asyncScheduler } from 'rxjs';
import { monotonicScheduler } from '../../src/index.js';
import { msUntil } from '../../src/time/ms-until.js';
import { VirtualTime } from '../support/virtual-time.js';

describe('msUntil', () => {
  it('is what is left by the clock of the scheduler', () => {
    const time = new VirtualTime();
    time.advance(1_000);

    expect(msUntil(new Date(1_812), time)).toBe(812);
    expect(msUntil(new Date(400), time)).toBe(-600);
  });

  it('is what is left by the wall clock, which dates are of, where the scheduler is monotonic', () => {
    jest.spyOn(asyncScheduler, 'now').mockReturnValue(5_000_000);

    expect(msUntil(new Date(5_000_250), monotonicScheduler)).toBe(250);
    jest.restoreAllMocks();
  });
});
