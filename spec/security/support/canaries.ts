import { inspect } from 'node:util';

/** What must never be shown: each is a text that stands nowhere else. */
export const KEY = 'sk-canary-0a1b2c3d4e5f6789';
export const PROMPT = 'prompt-canary: the patient is called Ada';
export const ANSWER = 'answer-canary: she has the flu';

/** The part of each that cannot come there by chance. */
const CANARIES = [KEY, 'prompt-canary', 'answer-canary'];

type Ways = Readonly<Record<string, (thing: unknown) => string>>;

const whole = { depth: Infinity, maxArrayLength: null, maxStringLength: null };

/** The ways in which a thing comes to a log, a console or a metric. */
const SHOWN: Ways = {
  String: (thing) => String(thing),
  'JSON.stringify': (thing) => JSON.stringify({ thing }),
  'console.log': (thing) => inspect(thing),
  'all of it': (thing) => inspect(thing, whole),
};

/** The same, and what a console shows only when it is told to. */
export const LOGGED: Ways = {
  ...SHOWN,
  'all that is hidden': (thing) => inspect(thing, { ...whole, showHidden: true }),
};

/** The same, and each field one by one: of what is ours, where it may hold nothing at all. */
export const HIDDEN: Ways = { ...LOGGED, 'each field': (thing) => [...fieldsOf(thing)].join('\n') };

/** The canaries that are shown of a thing, with the way; of what cannot be shown at all nothing is. */
export function leaksIn(thing: unknown, ways = SHOWN): readonly string[] {
  return Object.entries(ways).flatMap(([way, show]) => {
    const text = shown(show, thing);
    return CANARIES.filter((canary) => text.includes(canary)).map((one) => `${one} by ${way}`);
  });
}

function shown(show: (thing: unknown) => string, thing: unknown): string {
  try {
    return show(thing);
  } catch (error) {
    return String(error); // a circle, of which JSON tells the way
  }
}

/** All texts that can be reached from it by fields, those that are hidden and inherited by causes too. */
function* fieldsOf(thing: unknown, seen = new Set<unknown>()): Generator<string> {
  if (typeof thing === 'string') yield thing;
  if (typeof thing !== 'object' || thing === null || seen.has(thing)) return;
  seen.add(thing);
  for (const name of Reflect.ownKeys(thing)) {
    yield String(name);
    yield* fieldsOf((thing as Record<PropertyKey, unknown>)[name], seen);
  }
}
