import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '../../src/simulator/index.js';
import {
  describeInBrowser,
  eventually,
  type Page,
  PHONE,
  screenshot,
  violationsIn,
} from '../support/browser.js';

const root = join(__dirname, '../..');
const LIMITS = { requests: 90, tokens: 100_000 };

let folder: string;
let simulator: Simulator;
let job: ChildProcess;

/** `npm start -- --dashboard`, asking a simulator of ours, so that its account can be compared. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rxllm-main-job-'));
  simulator = await startSimulator({
    requestsPerWindow: LIMITS.requests,
    tokensPerWindow: LIMITS.tokens,
  });
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  const program = ['--tsconfig', 'examples/tsconfig.json', 'examples/summarise/main.ts'];
  job = spawn(
    process.execPath,
    [tsx, ...program, '--dashboard', '--out', join(folder, 'summaries.jsonl')],
    { cwd: root, env: { ...process.env, OPENAI_API_KEY: '', OPENAI_BASE_URL: simulator.url } },
  );
}, 60_000);

afterEach(async () => {
  if (job.exitCode === null) {
    job.kill('SIGINT');
    await once(job, 'close');
  }
  await simulator.close();
  rmSync(folder, { recursive: true });
}, 60_000);

/** Where the job says that its dashboard is. */
function address(): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    job.stdout?.on('data', (text: Buffer) => {
      said += text.toString();
      const [, url] = /^Dashboard: (http\S+)$/m.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    });
    job.once('close', () => {
      reject(new Error(`The job has ended: ${said}`));
    });
  });
}

/** What a bar shows as used, and of how much. */
async function barOf(page: Page, name: string): Promise<number[]> {
  const bar = page.getByRole('meter', { name, exact: true });
  const told = ['aria-valuenow', 'aria-valuemax'].map((one) => bar.getAttribute(one));
  return (await Promise.all(told)).map(Number);
}

/** What a chart shows at its right end, by the table of its data. */
async function latestOf(page: Page, name: string): Promise<number[]> {
  const table = page.getByRole('table', { name: `${name}, the newest first` });
  if (!(await table.isVisible()))
    await page.locator(`summary[aria-label="Data of ${name}"]`).click();
  const [, ...numbers] = await table.locator('tbody tr').first().locator('td').allTextContents();
  return numbers.map(Number);
}

async function numberOf(page: Page, name: string): Promise<number> {
  return Number(await page.locator(`.stat-${name} data`).first().getAttribute('value'));
}

describeInBrowser('the dashboard of the main job', (openPage) => {
  it('fills until a quota holds the next call, and then has the numbers of the provider', async () => {
    const { page } = await openPage(await address());
    await eventually(
      async () => {
        const words = await page.locator('.next-words').textContent();
        expect(words).toMatch(/^Waits for (requests|tokens) per minute: starts in/);
      },
      { withinMs: 90_000 },
    );
    expect(await violationsIn(page)).toEqual([]);

    await page.getByRole('button', { name: /^Pause/ }).click();
    await eventually(async () => {
      expect(await numberOf(page, 'inFlight')).toBe(0);
      const { answered, chargedTokens } = simulator.stats();
      expect(await numberOf(page, 'completed')).toBe(answered);
      expect(await numberOf(page, 'tokens')).toBe(chargedTokens);
    });
    const { answered, chargedTokens, limitsBroken } = simulator.stats();
    expect(limitsBroken).toBe(0);
    expect(await barOf(page, 'requests per minute')).toEqual([answered, LIMITS.requests]);
    expect(await barOf(page, 'tokens per minute')).toEqual([chargedTokens, LIMITS.tokens]);
    await eventually(async () => {
      expect(await latestOf(page, 'requests per minute')).toEqual([answered, LIMITS.requests]);
      expect(await latestOf(page, 'tokens per minute')).toEqual([chargedTokens, LIMITS.tokens]);
    });

    await page.setViewportSize(PHONE);
    await screenshot(page, 'main-job-phone', { fullPage: true });
  });
});
