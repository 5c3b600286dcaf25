import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** Each run is two processes that work for about two seconds; a machine that is busy with others needs longer. */
const PATIENCE_MS = 90_000;
const MAIN = join(__dirname, 'main.mjs');
const ROOT = join(__dirname, '../..');

interface Outcome {
  readonly code: number;
  readonly lines: readonly string[];
  readonly errors: string;
}

function soak(flags: string): Promise<Outcome> {
  const args = ['--import', 'tsx', MAIN, ...flags.split(' ').filter((flag) => flag !== '')];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : 0;
      resolve({ code, lines: stdout.trimEnd().split('\n'), errors: stderr });
    });
  });
}

const lineOf = ({ lines }: Outcome, name: string) =>
  lines.find((line) => line.trimStart().startsWith(name)) ?? '';

describe('a soak', () => {
  // With this seed the provider injects every kind of fault within the first 340 requests.
  const SMALL = '--calls 400 --in-flight 80 --faults 0.1 --seed 12 --lost-after 2500';
  let whole: Outcome;
  let spoilt: Outcome;

  // Side by side: most of their time they wait.
  beforeAll(async () => {
    [whole, spoilt] = await Promise.all([
      soak(SMALL),
      soak(`${SMALL} --lose --twice --repeat --swap`),
    ]);
  }, PATIENCE_MS);

  it('loses no call and answers none twice, by the count of the provider and of the callers', () => {
    expect(whole.errors).toBe('');
    expect(whole.lines.at(-1)).toBe('ok');
    expect(whole.code).toBe(0);
    expect(lineOf(whole, 'lost, told or answered twice')).toMatch(/ 0, 0$/);
  });

  it('has met faults, cancels and retries', () => {
    expect(lineOf(whole, 'callers were told')).toMatch(/completed \d{3}.*left \d+/);
    expect(lineOf(whole, 'callers were told')).toMatch(/aborted \d+/);
    expect(lineOf(whole, 'tries')).toMatch(/\([1-9]\d* failed and tried again\)/);
    expect(lineOf(whole, 'answers by status')).toMatch(/200 \d{3}.*429 \d+.*500 \d+/);
    expect(lineOf(whole, 'faults met')).toMatch(/rate429.*status500.*hang.*brokenStream.*slow/);
  });

  afterAll(() => {
    const [, folder = ''] =
      /journals of all sides are in (\S+)\.$/.exec(spoilt.lines.at(-1) ?? '') ?? [];
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['lost: its caller was told nothing'],
    ['its caller was told twice'],
    ["its caller was told another's answer"],
    ['a try came to the provider twice'],
    ['the provider answered it twice'],
  ])('finds what is planted: %s', (wrong) => {
    expect(spoilt.code).toBe(1);
    expect(spoilt.lines.filter((line) => line.startsWith('wrong: '))).toContainEqual(
      expect.stringContaining(wrong),
    );
  });
});

describe('npm run soak', () => {
  it(
    'says in one line what is wrong with its flags',
    async () => {
      const outcome = await soak('--faults 5');
      expect(outcome).toMatchObject({
        ...{ code: 1, lines: [''] },
        errors: "soak: --faults is '5'; it must be a number from 0 to 0.5.\n",
      });
    },
    PATIENCE_MS,
  );

  it(
    'ends what takes too long',
    async () => {
      const outcome = await soak('--calls 1000000 --minutes 0.01');
      expect(outcome.code).toBe(1);
      expect(outcome.errors).toBe('soak: it was not done after 0.01 minutes, and was ended\n');
    },
    PATIENCE_MS,
  );
});
