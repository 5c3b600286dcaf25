import { InvalidOptionError, kindOf } from '../../index.js';
import { type RateTrackerSubject, windowMsOf } from './subject.js';

const REQUIRED = ['make', 'wait'];
const FUNCTIONS = [...REQUIRED, 'now', 'timers'];
const KNOWN = [...FUNCTIONS, 'windowMs', 'slackMs'];

/** Whoever writes the subject in JavaScript, or misspells an option, hears of it before anything is tried. */
export function checkSubject(subject: RateTrackerSubject): void {
  if (typeof subject !== 'object' || (subject as unknown) === null)
    throw new InvalidOptionError('subject', kindOf(subject), 'an object with make and wait');
  const given: Readonly<Record<string, unknown>> = { ...subject };
  for (const name of Object.keys(given))
    if (!KNOWN.includes(name)) throw new InvalidOptionError(name, 'unknown', KNOWN.join(', '));
  for (const name of FUNCTIONS) checkFunction(name, subject[name as keyof RateTrackerSubject]);
  checkTimes(subject);
}

function checkFunction(name: string, value: unknown): void {
  if (value === undefined && !REQUIRED.includes(name)) return;
  if (typeof value !== 'function') throw new InvalidOptionError(name, kindOf(value), 'a function');
}

function checkTimes(subject: RateTrackerSubject): void {
  const { slackMs = 0 } = subject;
  if (!(Number.isFinite(slackMs) && slackMs >= 0))
    throw new InvalidOptionError('slackMs', kindOf(slackMs), 'a finite number, 0 or more');
  const windowMs = windowMsOf(subject);
  // Quarters of it are whole, and what is asked within one finds room in it though answers take their time.
  const least = Math.ceil((20 + 6 * slackMs) / 4) * 4;
  if (!(Number.isInteger(windowMs) && windowMs % 4 === 0 && windowMs >= least))
    throw new InvalidOptionError(
      'windowMs',
      kindOf(windowMs),
      `a multiple of 4, at least ${least} (20 + 6 × slackMs)`,
    );
}
