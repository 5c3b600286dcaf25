import { NEVER } from 'rxjs';
import { InvalidOptionError, type RateTracker } from '../../src/index.js';
import {
  ContractViolationError,
  rateTrackerContract,
  type RateTrackerSubject,
  VirtualTime,
} from '../../src/testing/index.js';
import { errorOf } from '../support/error-of.js';
import { inMemory, type Make, withParts, withQuotas } from './contract/faulty.js';

const valid: RateTrackerSubject = { make: () => shape, wait: () => {} };

/** What has the shape of a tracker. */
const shape: RateTracker = {
  reserve: () => NEVER,
  neverFits: () => undefined,
  quotas: [],
  quotas$: NEVER,
  faults$: NEVER,
  close: () => {},
};

function subjectOf(make: Make): RateTrackerSubject {
  const time = new VirtualTime();
  return {
    make: (quotas) => make(quotas, time),
    wait: (ms) => time.advance(ms),
    now: () => time.now(),
  };
}

async function failureOf(subject: RateTrackerSubject, name: string | RegExp): Promise<unknown> {
  const one = rateTrackerContract(subject).find((one) => one.name.match(name));
  return one!.run().catch((error: unknown) => error);
}

describe('rateTrackerContract', () => {
  describe('refuses a subject', () => {
    it.each([
      ['undefined', undefined, 'option subject is missing'],
      ['null', null, 'option subject is null'],
      ['a function', () => shape, 'option subject is a function'],
      ['without make', { ...valid, make: undefined }, 'option make is missing'],
      ['without wait', { ...valid, wait: undefined }, 'option wait is missing'],
      ['whose wait is a time', { ...valid, wait: 5 }, 'option wait is 5'],
      ['whose now is a time', { ...valid, now: 5 }, 'option now is 5'],
      ['whose timers are a number', { ...valid, timers: 0 }, 'option timers is 0'],
      ['with what is misspelt', { ...valid, slackms: 5 }, 'option slackms is unknown'],
      ['with slackMs -1', { ...valid, slackMs: -1 }, 'option slackMs is -1'],
      ['with slackMs NaN', { ...valid, slackMs: NaN }, 'option slackMs is NaN'],
      ['with windowMs 0', { ...valid, windowMs: 0 }, 'option windowMs is 0'],
      ['with windowMs 3', { ...valid, windowMs: 3 }, 'option windowMs is 3'],
      ['with windowMs 1,001', { ...valid, windowMs: 1_001 }, 'option windowMs is 1001'],
      ['with windowMs NaN', { ...valid, windowMs: NaN }, 'option windowMs is NaN'],
      ['with an endless windowMs', { ...valid, windowMs: Infinity }, 'option windowMs is Infinity'],
      ['with windowMs as a text', { ...valid, windowMs: '400' }, 'option windowMs is a text'],
    ])('%s', (_, subject, message) => {
      const error = errorOf(() => rateTrackerContract(subject as never));

      expect(error).toBeInstanceOf(InvalidOptionError);
      expect((error as Error).message).toContain(message);
    });

    it('with less of a window than answers need', () => {
      const contractWith = (windowMs: number) => () =>
        rateTrackerContract({ ...valid, windowMs, slackMs: 60 });

      expect(contractWith(376)).toThrow('a multiple of 4, at least 380 (20 + 6 × slackMs)');
      expect(contractWith(380)).not.toThrow();
    });
  });

  it('takes the smallest window that it allows', async () => {
    for (const { run } of rateTrackerContract({ ...subjectOf(inMemory), windowMs: 20 }))
      await run();
  });

  it.each([
    ['undefined', undefined, 'option make(quotas) is missing; allowed: a RateTracker'],
    ['null', null, 'option make(quotas) is null; allowed: a RateTracker'],
    [
      '{}',
      {},
      'option make(quotas) is without reserve, neverFits, close, quotas$, faults$, quotas;',
    ],
    ['no faults$', { ...shape, faults$: undefined }, 'option make(quotas) is without faults$;'],
    ['a promise of null', Promise.resolve(null), 'option make(quotas) is null'],
  ])('refuses what make gives: %s', async (_, made, message) => {
    const error = await failureOf({ ...valid, make: () => made as never }, /./);

    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toContain(message);
  });

  it.each([
    ['tells no time', () => NaN, 'option now() is NaN'],
    ['stands still', () => 7, 'option now() is still 7 after many waits'],
  ])('refuses a now that %s', async (_, now, message) => {
    const error = await failureOf({ ...subjectOf(inMemory), now }, 'not before');

    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toContain(message);
  });

  describe('says of a violation', () => {
    it('what it was, after which step and when', async () => {
      const late = withQuotas((quota) => ({ ...quota, windowMs: quota.windowMs + 1 }));
      const error = (await failureOf(subjectOf(late), 'not before')) as ContractViolationError;

      expect(error).toBeInstanceOf(ContractViolationError);
      expect(error.message).toBe(
        'rxllm: the rate tracker breaks its contract: who was granted, in order, after a wait of 1 ms, ' +
          'at 1000 ms of the trial\n\n  expected  ["a","b"]\n  actual    ["a"]\n',
      );
      expect(error).toMatchObject({
        what: 'who was granted, in order',
        expected: ['a', 'b'],
        actual: ['a'],
        after: { step: 'a wait of 1 ms', atMs: 1_000 },
      });
    });

    it('since when the trial ran, whatever its clock showed', async () => {
      const time = new VirtualTime();
      time.advance(5_000);
      const make: Make = withQuotas((quota) => ({ ...quota, windowMs: quota.windowMs - 1 }));
      const subject: RateTrackerSubject = {
        make: (quotas) => make(quotas, time),
        wait: (ms) => time.advance(ms),
        now: () => time.now(),
      };

      await expect(failureOf(subject, 'not before')).resolves.toMatchObject({
        after: { atMs: 999 },
      });
    });

    it('in a storm what is charged in the window', async () => {
      const early = withQuotas((quota) => ({ ...quota, windowMs: quota.windowMs - 1 }));
      const error = (await failureOf(subjectOf(early), 'storm 1')) as ContractViolationError;

      expect(error.message).toContain(
        'at most 100 in the window at 1429, but 118: 1 at 430 (2), 10 at 430 (3), 5 at 430 (4), 22 at 430 (5),',
      );
    });

    it('what was thrown, as its cause', async () => {
      const cause = new TypeError('no forecast today');
      const throwing = withParts(() => ({
        forecast: () => {
          throw cause;
        },
      }));
      const error = (await failureOf(subjectOf(throwing), /^forecasts no wait/)) as Error;

      expect(error).toMatchObject({ code: 'CONTRACT_VIOLATION', what: 'what is thrown', cause });
    });

    it('an error of an option, where the tracker throws one, as any other', async () => {
      const throwing = withParts(() => ({
        neverFits: () => {
          throw new InvalidOptionError('cost', 'odd', 'even');
        },
      }));

      await expect(
        failureOf(subjectOf(throwing), /^refuses at once what no window/),
      ).resolves.toMatchObject({ code: 'CONTRACT_VIOLATION' });
    });

    it.each([
      ['throws', () => errorThrown()],
      ['rejects', () => Promise.reject(new Error('still in use')) as never],
    ])('what it was, also where close %s', async (_, close) => {
      const closed = jest.fn(close);
      const broken = withParts(() => ({ reserve: () => NEVER, close: closed }));

      await expect(failureOf(subjectOf(broken), 'grants at once what fits')).resolves.toMatchObject(
        { what: 'who was granted, in order', actual: [] },
      );
      expect(closed).toHaveBeenCalledTimes(1);
    });
  });
});

function errorThrown(): never {
  throw new Error('still in use');
}
