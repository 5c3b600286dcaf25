import fc from 'fast-check';
import { decimal, firstDecimal } from '../../src/headers/decimal.js';
import { goDuration } from '../../src/headers/go-duration.js';
import { instantOf } from '../../src/headers/instant.js';
import { proseWaitMs } from '../../src/headers/prose-wait.js';
import { msUntil } from '../../src/headers/reset.js';
import { shortageIn } from '../../src/headers/shortage.js';
import { failureOf } from '../../src/index.js';
import { messageOf, NOW, readError, readSuccess } from './support/read.js';

/** What a number of a text may be off by: some operations of arithmetic. */
const isNear = (value: number | null, expected: number) =>
  value !== null && Math.abs(value - expected) <= 1e-12 * Math.max(1, expected);

/** As Go prints it: whole nanoseconds, the fraction without zeros at its end. */
function printed(ns: bigint): string {
  const [us, ms, s] = [1_000n, 1_000_000n, 1_000_000_000n];
  if (ns === 0n) return '0s';
  if (ns < us) return `${ns}ns`;
  if (ns < ms) return `${fraction(ns, us)}µs`;
  if (ns < s) return `${fraction(ns, ms)}ms`;
  const [hours, minutes] = [ns / (3_600n * s), (ns / (60n * s)) % 60n];
  const seconds = `${fraction(ns % (60n * s), s)}s`;
  if (hours > 0n) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0n ? `${minutes}m${seconds}` : seconds;
}

function fraction(amount: bigint, unit: bigint): string {
  const rest = `${amount % unit}`.padStart(`${unit}`.length - 1, '0').replace(/0+$/, '');
  return rest === '' ? `${amount / unit}` : `${amount / unit}.${rest}`;
}

/** Short ones, and such as a number still holds to the nanosecond. */
const ns = fc.oneof(
  fc.bigInt({ min: 0n, max: 2_000n }),
  fc.bigInt({ min: 0n, max: 100_000_000_000n }),
  fc.nat(8_640_000).map((ms) => BigInt(ms) * 1_000_000n),
);
const garbage = fc.oneof(
  fc.string(),
  fc.string({
    unit: fc.constantFrom('1', '9', '.', 's', 'm', 'h', ' ', '-', ':', 'T', 'Z', ',', 'e'),
  }),
);
const isSound = (value: number | null) => value === null || (value >= 0 && value < Infinity);

describe('a duration that Go prints', () => {
  it('is read as it was', () => {
    fc.assert(
      fc.property(ns, (one) => {
        expect(isNear(goDuration(printed(one)), Number(one) / 1e6)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read exactly where it is of whole milliseconds', () => {
    fc.assert(
      fc.property(fc.nat(200_000_000), (ms) => {
        expect(goDuration(printed(BigInt(ms) * 1_000_000n))).toBe(ms);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a number in digits', () => {
  const digits = fc.tuple(fc.nat(999_999), fc.nat(9_999));

  it('is read as it was, moved by any number of places, whatever is merged behind it', () => {
    fc.assert(
      fc.property(
        digits,
        fc.constantFrom(-6, -3, 0, 3, 6),
        fc.constantFrom('', ',7', ';w=60', ' , 9'),
        ([whole, part], places, merged) => {
          const text = `${whole}.${part}`;

          // JSON knows numbers with an exponent, and reads them to the last bit.
          const moved = JSON.parse(`${text}e${places}`) as number;
          expect(decimal(text, places)).toBe(moved);
          expect(firstDecimal(`${text}${merged}`, places)).toBe(moved);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a date', () => {
  /** Years of which two digits are enough, as RFC 850 has it. */
  const seconds = fc.integer({ min: 0, max: Date.UTC(2049, 11, 31) / 1_000 });
  const two = (number: number) => `${number}`.padStart(2, '0');
  const utc = (at: number) => new Date(at).toUTCString();
  const [DAYS, MONTHS] = [
    ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
    ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
  ];
  const forms: Readonly<Record<string, (at: Date) => string>> = {
    'RFC 3339': (at) => at.toISOString(),
    'RFC 3339 in small letters': (at) => at.toISOString().toLowerCase(),
    'RFC 3339 without a zone': (at) => at.toISOString().replace('Z', ''),
    'RFC 3339 in India': (at) =>
      `${new Date(at.getTime() + 19_800_000).toISOString().slice(0, 19)}+05:30`,
    'RFC 3339 in Chile': (at) =>
      `${new Date(at.getTime() - 14_400_000).toISOString().slice(0, 19)}-04:00`,
    'HTTP, as of today': (at) => at.toUTCString(),
    'HTTP, as of RFC 850': (at) =>
      `${DAYS[at.getUTCDay()]!}, ${two(at.getUTCDate())}-${MONTHS[at.getUTCMonth()]!}-${two(at.getUTCFullYear() % 100)} ${at.toISOString().slice(11, 19)} GMT`,
    'HTTP, as of asctime': (at) =>
      `${DAYS[at.getUTCDay()]!.slice(0, 3)} ${MONTHS[at.getUTCMonth()]!} ${`${at.getUTCDate()}`.padStart(2)} ${at.toISOString().slice(11, 19)} ${at.getUTCFullYear()}`,
  };

  it.each(Object.entries(forms))('in the form of %s is read as it was', (_form, written) => {
    fc.assert(
      fc.property(seconds, (second) => {
        expect(instantOf(written(new Date(second * 1_000)))).toBe(second * 1_000);
      }),
      { numRuns: 300 },
    );
  });

  it('of milliseconds is read to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2049, 11) }), (at) => {
        expect(instantOf(new Date(at).toISOString())).toBe(at);
      }),
    );
  });

  it('is told of as a wait from the Date of the answer on, never below 0, in whichever form', () => {
    const form = fc.constantFrom(...Object.values(forms));
    const apart = fc.integer({ min: -5_000, max: 100_000 });
    fc.assert(
      fc.property(seconds, apart, form, (second, after, written) => {
        const at = second * 1_000;
        const reset = written(new Date(at + after * 1_000));
        const headers = {
          date: utc(at),
          'retry-after': reset,
          'x-ratelimit-remaining-tokens': '5',
          'x-ratelimit-reset-tokens': reset,
        };
        const waitMs = Math.max(0, after * 1_000);

        expect(readError(429, { headers })).toMatchObject({
          retryAfterMs: waitMs,
          limits: [{ dim: 'tokens', remaining: 5, resetMs: waitMs }],
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('a reset', () => {
  const wait = fc.nat(200_000_000);
  const forms: Readonly<Record<string, (waitMs: number) => string>> = {
    'a Go duration': (ms) => printed(BigInt(ms) * 1_000_000n),
    seconds: (ms) => `${ms / 1_000}`,
    'epoch milliseconds': (ms) => `${NOW + ms}`,
    'a date': (ms) => new Date(NOW + ms).toISOString(),
  };

  it.each(Object.entries(forms))('in the form of %s is read as it was', (_form, written) => {
    fc.assert(
      fc.property(wait, (waitMs) => {
        expect(isNear(msUntil(written(waitMs), NOW), waitMs)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('in epoch seconds is read as it was', () => {
    fc.assert(
      fc.property(fc.nat(200_000), (seconds) => {
        expect(msUntil(`${NOW / 1_000 + seconds}`, NOW)).toBe(seconds * 1_000);
      }),
    );
  });

  it('that is garbage is none, or a number of at least 0', () => {
    fc.assert(
      fc.property(garbage, fc.constantFrom(NOW, null), (text, at) => {
        expect(
          [msUntil(text, at), goDuration(text), decimal(text), proseWaitMs(text)].every(isSound),
        ).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('retry-after', () => {
  it.each(['retry-after', 'Retry-After', 'RETRY-AFTER'])(
    'as %s is read alike of answers and of errors',
    (name) => {
      fc.assert(
        fc.property(fc.nat(100_000), fc.nat(999), (whole, thousandths) => {
          const headers = { [name]: `${whole}.${`${thousandths}`.padStart(3, '0')}` };
          const ms = whole * 1_000 + thousandths;

          expect(readError(429, { headers }).retryAfterMs).toBe(ms);
          expect(failureOf({ status: 429, headers }).retryAfterMs).toBe(ms);
          expect(failureOf({ status: 429, headers: new Headers(headers) }).retryAfterMs).toBe(ms);
          expect(
            failureOf({ status: 429, response: { headers: Object.entries(headers) } }).retryAfterMs,
          ).toBe(ms);
        }),
      );
    },
  );

  it('in milliseconds goes before seconds, unless it says nothing', () => {
    fc.assert(
      fc.property(fc.nat(9_999), fc.nat(99), (ms, seconds) => {
        const headers = { 'retry-after-ms': `${ms}`, 'retry-after': `${seconds}` };

        expect(readError(429, { headers }).retryAfterMs).toBe(ms > 0 ? ms : seconds * 1_000);
      }),
    );
  });
});

describe('a wait in the words of an error', () => {
  const UNITS = {
    millisecond: 1,
    second: 1_000,
    sec: 1_000,
    minute: 60_000,
    hour: 3_600_000,
    day: 86_400_000,
  };
  const phrase = fc.constantFrom(
    'Please try again in ',
    'retry after ',
    'Please wait ',
    'Retrying in ',
    'try again after ',
  );
  const end = fc.constantFrom('', '.', ' before retrying.', '. Visit https://example.com/1');

  it('is read as it was', () => {
    const unit = fc.constantFrom(...(Object.keys(UNITS) as (keyof typeof UNITS)[]));
    fc.assert(
      fc.property(
        phrase,
        fc.nat(9_999),
        unit,
        fc.boolean(),
        end,
        (before, count, unit, isMany, after) => {
          const text = `Rate limit reached for gpt-4. ${before}${count} ${unit}${isMany ? 's' : ''}${after}`;

          expect(proseWaitMs(text)).toBe(count * UNITS[unit]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is read as it was where it is a duration', () => {
    fc.assert(
      fc.property(phrase, ns, end, (before, one, after) => {
        expect(isNear(proseWaitMs(`${before}${printed(one)}${after}`), Number(one) / 1e6)).toBe(
          true,
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('a limit in the words of an error', () => {
  const number = fc.nat(9_999_999);
  const written = fc.constantFrom<(number: number) => string>(String, (one) =>
    one.toLocaleString('en'),
  );

  it('is read as it was, with what was used and asked for', () => {
    const subject = fc.constantFrom('tokens', 'requests', 'input tokens', 'images');
    const per = fc.constantFrom('min', 'minute', 'hour', 'day');
    fc.assert(
      fc.property(
        subject,
        per,
        number,
        number,
        number,
        written,
        (of, window, limit, used, requested, text) => {
          const message = `Rate limit reached on ${of} per ${window}: Limit ${text(limit)}, Used ${text(used)}, Requested ${text(requested)}. Please try again in 2s.`;

          expect(shortageIn(message)).toEqual({
            dim: of.replace(' ', '-'),
            window,
            limit,
            used,
            requested,
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is a limit of the reading, with what is left of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), fc.nat(99_999), (limit, used) => {
        const body = messageOf(
          `Rate limit reached on tokens per min: Limit ${limit}, Used ${used}.`,
        );
        const remaining = Math.max(0, limit - used);

        expect(readError(429, { body }).limits).toEqual([
          { dim: 'tokens', limit, remaining, resetMs: null },
        ]);
      }),
    );
  });
});

describe('headers of limits', () => {
  const amount = fc.nat(9_999_999);

  it('are read as they were written, whatever the window in their names', () => {
    const WINDOWS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
    const window = fc.constantFrom(...(Object.keys(WINDOWS) as (keyof typeof WINDOWS)[]));
    const dim = fc.constantFrom('requests', 'tokens', 'project-tokens');
    fc.assert(
      fc.property(
        dim,
        window,
        amount,
        amount,
        fc.nat(9_999),
        (dim, window, limit, remaining, seconds) => {
          const headers = {
            [`x-ratelimit-limit-${dim}-${window}`]: `${limit}`,
            [`x-ratelimit-remaining-${dim}-${window}`]: `${remaining}`,
            [`x-ratelimit-reset-${dim}-${window}`]: `${seconds}`,
          };

          expect(readSuccess(headers).limits).toEqual([
            { dim, limit, remaining, resetMs: seconds * 1_000, windowMs: WINDOWS[window] },
          ]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
