import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AskRequest } from '../../examples/angular/server/wire.js';
import { type Example, makeExampleReady, startExample } from '../support/angular-example.js';
import {
  describeInBrowser,
  DESKTOP,
  eventually,
  type Page,
  PHONE,
  picture,
  screenshot,
  violationsIn,
} from '../support/browser.js';

const PLENTY = ['--requests-per-minute', '100000', '--tokens-per-minute', '10000000'];
/** Used up by a batch within some seconds. */
const QUOTA = ['--requests-per-minute', '120', '--tokens-per-minute', '6000'];
const QUICK = ['--first-token-ms', '5', '--per-token-ms', '0'];
/** Nothing that is asked comes to its end by itself. */
const SLOW = ['--first-token-ms', '100', '--per-token-ms', '2000'];

const ask = async (page: Page, question: string) => {
  await page.getByLabel('Your question').fill(question);
};
const answered = (page: Page) => page.getByText(/^Answered in/).waitFor();
const stepsOf = (page: Page) => page.getByRole('list', { name: 'What became of each call' });
const shown = async (page: Page, name: string) =>
  Number((await page.getByTestId(name).first().textContent())?.replaceAll(',', ''));
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();

/** Each text that stands there, from now on. */
async function textsOf(page: Page, testId: string): Promise<() => Promise<string[]>> {
  await page.getByTestId(testId).evaluate((element) => {
    const texts: string[] = [];
    Object.assign(window, { texts });
    const note = () => texts.push(element.textContent);
    new MutationObserver(note).observe(element, {
      ...{ childList: true, characterData: true, subtree: true },
    });
  });
  return () => page.evaluate(() => (window as unknown as { texts: string[] }).texts);
}

/** Of each call of a batch, from now on, in the order in which they leave the browser. */
function prioritiesSent(page: Page): readonly number[] {
  const priorities: number[] = [];
  page.on('request', (request) => {
    if (!request.url().endsWith('/api/ask')) return;
    priorities.push((request.postDataJSON() as AskRequest).priority);
  });
  return priorities;
}

describeInBrowser('examples/angular', (open) => {
  let example: Example;

  const start = async (...args: string[]) => {
    example = await startExample(args);
    return example;
  };

  beforeAll(makeExampleReady, 600_000);

  afterEach(() => (example as Example | undefined)?.[Symbol.asyncDispose]());

  describe('the page that asks', () => {
    it('shows an answer piece by piece, as it comes', async () => {
      const { url } = await start('--per-token-ms', '30');
      const { page } = await open(url);
      const texts = await textsOf(page, 'answer');

      await ask(page, 'What does switchMap do?');
      await answered(page);

      const seen = [...new Set(await texts())].filter((text) => text !== '');
      expect(seen.length).toBeGreaterThanOrEqual(3);
      seen.slice(1).forEach((text, index) => expect(text.startsWith(seen[index]!)).toBe(true));
      expect(seen.at(-1)).toMatch(/^The operator switchMap .*whole one\.$/);
      const { answered: count, completionTokens, promptTokens } = await example.stats();
      const tokens = completionTokens + promptTokens;
      expect(count).toBe(1);
      await expect(stepsOf(page).textContent()).resolves.toContain(`answered${tokens} tokens`);
    });

    it('cancels the call of the keystroke before: at the provider too, and its permit is free', async () => {
      const { url } = await start(...SLOW);
      const { page } = await open(url);
      await ask(page, 'How does a quota');
      await eventually(async () => {
        expect(await example.stats()).toMatchObject({ inFlight: 1, aborted: 0 });
      });

      await page.getByLabel('Your question').press('?');

      await eventually(async () => {
        expect(await example.stats()).toMatchObject({ admitted: 2, aborted: 1, inFlight: 1 });
        expect(await example.usage()).toMatchObject({ inFlight: 1, ended: { cancelled: 1 } });
      });
      await stepsOf(page).getByText('cancelled in flight').waitFor();

      await ask(page, '');

      await eventually(async () => {
        expect(await example.stats()).toMatchObject({ admitted: 2, aborted: 2, inFlight: 0 });
        const { inFlight, quotas } = await example.usage();
        expect(inFlight).toBe(0);
        expect(quotas.map(({ reserved }) => reserved)).toEqual([0, 0]);
      });
    });

    it('cancels the call with the page', async () => {
      const { url } = await start(...SLOW);
      const { page } = await open(url);
      await ask(page, 'How does a quota work?');
      await eventually(async () => expect(await example.stats()).toMatchObject({ inFlight: 1 }));

      await page.getByRole('link', { name: 'Batch' }).click();

      await eventually(async () => {
        expect(await example.stats()).toMatchObject({ inFlight: 0, aborted: 1 });
      });
    });

    it('says that a call was cancelled while it was queued, and has used nothing', async () => {
      const { url } = await start('--requests-per-minute', '1', '--per-token-ms', '0');
      const { page } = await open(url);
      await ask(page, 'What does switchMap do?');
      await answered(page);
      await ask(page, 'What is a batch');
      await page.getByText('Number 1 in the queue').waitFor();

      await ask(page, 'What is a batch?');

      await stepsOf(page).getByText('cancelled while queued').waitFor();
      const [step] = await stepsOf(page).getByRole('listitem').allTextContents();
      expect(step).toBe('What is a batchcancelled while queued0 tokens');
      expect(await example.stats()).toMatchObject({ requests: 1, aborted: 0 });
    });

    it.each([
      ['failed', 'data: {"type":"failed","code":"X","message":"Not today."}\n\n', 'Not today.'],
      ['is cut off', 'data: {"type":"pie', 'The connection was lost.'],
    ])('keeps what had come of an answer that %s', async (_, end, told) => {
      const { url } = await start();
      const { page } = await open(url);
      const piece = 'data: {"type":"piece","text":"Half an answer"}\n\n';
      await page.route('**/api/stream', (route) =>
        route.fulfill({ contentType: 'text/event-stream', body: piece + end }),
      );

      await ask(page, 'What does switchMap do?');

      await page.getByText(told).waitFor();
      expect(await page.getByTestId('answer').textContent()).toBe('Half an answer');
    });

    it('says how long a question may be', async () => {
      const { url } = await start('--per-token-ms', '0');
      const { page } = await open(url);

      await ask(page, 'why '.repeat(25_000));

      await page.getByText('A question may have 2,000 characters.').waitFor();
      await answered(page);
    });

    it('shows the code that it runs', async () => {
      const { url } = await start();
      const { page } = await open(url);
      const file = join(__dirname, '../../examples/angular/src/app/ask/ask.ts');
      const source = readFileSync(file, 'utf8').replaceAll(/\s+/g, '');

      const code = await page
        .getByRole('region', { name: 'The pipe behind the box' })
        .textContent();

      for (const part of code!.trim().split('\n\n')) {
        expect(source).toContain(part.replaceAll(/\s+/g, ''));
      }
    });
  });

  describe('the page of the batch', () => {
    it('sends 500 calls, those of the higher priority first; and what is shown is what the provider counts', async () => {
      const { url } = await start(...PLENTY, ...QUICK);
      const { page } = await open(`${url}batch`);
      const priorities = prioritiesSent(page);

      await press(page, 'Start 500 calls');
      await page.getByText('500 answered').waitFor({ timeout: 60_000 });

      expect(priorities).toEqual([...Array<number>(100).fill(2), ...Array<number>(400).fill(0)]);
      await page.getByRole('link', { name: 'Usage' }).click();
      const stats = await example.stats();
      expect(stats).toMatchObject({ answered: 500, limitsBroken: 0, inFlight: 0 });
      await eventually(async () => expect(await shown(page, 'answered')).toBe(stats.answered));
      expect(await shown(page, 'prompt-tokens')).toBe(stats.promptTokens);
      expect(await shown(page, 'answer-tokens')).toBe(stats.completionTokens);
      expect(await shown(page, 'in-flight')).toBe(0);
      expect(await shown(page, 'refusals')).toBe(0);
    });

    it('is cancelled as a whole: nothing further arrives, and it can be started again', async () => {
      const { url } = await start(...PLENTY, ...SLOW);
      const { page } = await open(`${url}batch`);
      await press(page, 'Start 500 calls');
      await eventually(async () => expect(await example.stats()).toMatchObject({ inFlight: 4 }));

      await press(page, 'Cancel');

      await page.getByText('0 answered, 500 cancelled').waitFor();
      await eventually(async () => {
        expect(await example.stats()).toMatchObject({ requests: 4, aborted: 4, inFlight: 0 });
        expect(await example.usage()).toMatchObject({ queued: 0, inFlight: 0 });
      });
      // Whatever had been sent before this is there before it.
      const controller = new AbortController();
      const later = example.stream({}, controller.signal);
      await eventually(async () => expect(await example.stats()).toMatchObject({ requests: 5 }));
      controller.abort();
      await later.catch(() => undefined);

      await press(page, 'Start again');
      await eventually(async () => {
        expect(await example.stats()).toMatchObject({ requests: 9, inFlight: 4 });
      });
      await press(page, 'Cancel');
      await page.getByText('0 answered, 500 cancelled').waitFor();
    });

    it('sends nothing while it is paused, and goes on afterwards', async () => {
      const { url } = await start(...PLENTY, '--first-token-ms', '200', '--per-token-ms', '0');
      const { page } = await open(`${url}batch`);
      await press(page, 'Start 500 calls');
      await eventually(async () => expect(await shown(page, 'answered')).toBeGreaterThan(0));

      await press(page, 'Pause');

      await page.getByText('Paused').waitFor();
      await eventually(async () => expect(await example.usage()).toMatchObject({ inFlight: 0 }));
      const { requests } = await example.stats();
      await (await example.ask()).json();
      expect(await example.stats()).toMatchObject({ requests: requests + 1 });

      await press(page, 'Resume');
      await page.getByText('Under way.').waitFor();
      await eventually(async () => {
        expect((await example.stats()).requests).toBeGreaterThan(requests + 4);
      });
      await press(page, 'Cancel');
      await page.getByText('cancelled').first().waitFor();
    });

    it('is paused no more when it has been cancelled', async () => {
      const { url } = await start(...PLENTY, ...QUICK);
      const { page } = await open(`${url}batch`);
      await press(page, 'Start 500 calls');
      await press(page, 'Pause');
      await page.getByText('Paused').waitFor();
      await press(page, 'Cancel');

      await press(page, 'Send one ahead of all');

      await page.getByText('Where is my parcel').waitFor();
    });

    it('lets one call go ahead of all that wait', async () => {
      const { url } = await start(...PLENTY, '--first-token-ms', '300', '--per-token-ms', '0');
      const { page } = await open(`${url}batch`);
      const priorities = prioritiesSent(page);
      await press(page, 'Start 500 calls');
      await press(page, 'Pause');
      await page.getByText('Paused').waitFor();
      await press(page, 'Send one ahead of all');
      await page.getByText('Number 1 in the queue').waitFor();
      const before = priorities.length;

      await press(page, 'Resume');

      await page.getByText('Where is my parcel').waitFor();
      expect(before).toBeLessThan(500);
      expect(priorities[before]).toBe(10);
      await press(page, 'Cancel');
    });
  });

  it('sends the rest of a batch when the server that went away is there again', async () => {
    const { url, port } = await start(...PLENTY, '--first-token-ms', '200', '--per-token-ms', '0');
    const { page, complaints } = await open(`${url}batch`);
    await press(page, 'Start 500 calls');
    await eventually(async () => expect(await shown(page, 'answered')).toBeGreaterThan(3));
    await example.stop();
    const summary = page.getByText(/\d+ answered, \d+ failed\. There is no connection/);
    const [, answers, failures] = /(\d+) answered, (\d+) failed/
      .exec((await summary.textContent())!)!
      .map(Number);
    expect(answers! + failures!).toBe(500);
    await start(...PLENTY, ...QUICK, '--port', String(port));

    await press(page, 'Send the rest');

    await page.getByText('500 answered').waitFor({ timeout: 60_000 });
    expect(await example.stats()).toMatchObject({ answered: failures });
    expect(await page.getByRole('button', { name: 'Send the rest' }).count()).toBe(0);
    complaints.splice(0).forEach((complaint) => expect(complaint).toMatch(/net::ERR_|503/));
  });

  it('leaves its connection to other tabs while nobody sees it', async () => {
    const { url } = await start('--per-token-ms', '0');
    const { page } = await open(`${url}usage`);
    const see = (isSeen: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, !isSeen);
    await page.getByText('Live from a simulator').waitFor();
    const left = page.waitForEvent('requestfailed');
    const opened: string[] = [];
    page.on('request', (request) => opened.push(request.url()));

    await see(false);

    expect((await left).url()).toBe(`${url}api/usage`);
    await (await example.ask()).json();

    await see(true);

    await eventually(async () => expect(await shown(page, 'answered')).toBe(1));
    expect(opened).toEqual([`${url}api/usage`]);
  });

  describe('several tabs', () => {
    it('share one quota', async () => {
      const { url } = await start('--requests-per-minute', '2', '--per-token-ms', '0');
      const [one, other] = [await open(url), await open(url)];
      await ask(one.page, 'What does switchMap do?');
      await answered(one.page);
      await ask(other.page, 'How does a quota work?');
      await answered(other.page);

      await ask(one.page, 'What is a batch?');

      await one.page.getByText('Number 1 in the queue').waitFor();
      await other.page.getByRole('link', { name: 'Usage' }).click();
      await other.page
        .getByText(/^The next call waits .*\ss for the quota of requests\.$/)
        .waitFor();
      expect(await shown(other.page, 'queued')).toBe(1);
      expect(await example.stats()).toMatchObject({ answered: 2, requests: 2, limitsBroken: 0 });
    });
  });

  it('comes back when the server has been started again', async () => {
    const { url, port } = await start('--per-token-ms', '0');
    const { page, complaints } = await open(`${url}usage`);
    await page.getByText('Live from a simulator').waitFor();

    expect(await example.stop()).toBe(0);
    await page.getByText('The connection is lost').waitFor();
    await start('--port', String(port), '--per-token-ms', '0');

    await page.getByText('Live from a simulator').waitFor();
    await page.getByRole('link', { name: 'Ask' }).click();
    await ask(page, 'What does switchMap do?');
    await answered(page);
    complaints.splice(0).forEach((complaint) => expect(complaint).toMatch(/net::ERR_/));
  });

  it('is used by keyboard alone', async () => {
    const { url } = await start('--per-token-ms', '0');
    const { page } = await open(url);
    const focused = () => page.evaluate(() => document.activeElement?.textContent.trim());
    // Each page is loaded when it is gone to.
    await page.getByRole('textbox').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('What is a batch?');
    await answered(page);

    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe('Usage');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: 'Usage' }).waitFor();
    await page.getByText('Live from').waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
    await expect(page.title()).resolves.toBe('Usage – rxllm and Angular');
  });

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it.each([
      ['a desk', DESKTOP],
      ['a phone', PHONE],
    ])('has nothing that axe finds wrong, at %s', async (where, viewport) => {
      const { url } = await start(...QUOTA, '--first-token-ms', '60', '--per-token-ms', '12');
      const { page } = await open(url, { viewport, colorScheme });
      const look = async (name: string) => {
        expect(await violationsIn(page)).toEqual([]);
        const isTooWide = await page.evaluate(
          () => document.documentElement.scrollWidth > window.innerWidth,
        );
        expect(isTooWide).toBe(false);
        const file = `angular-${name}-${where.replace('a ', '')}-${colorScheme}`;
        await screenshot(page, file, { fullPage: viewport === PHONE });
        if (viewport === DESKTOP) await picture(page, `angular-${name}-${colorScheme}`);
      };
      await ask(page, 'What does');
      await page.getByText(/^(The|An|A) /).waitFor();
      await ask(page, 'What does switchMap do?');
      await answered(page);
      await page.getByText('the whole one.').waitFor();
      await look('ask');

      await page.getByRole('link', { name: 'Batch' }).click();
      await page.getByText('500 tickets are ready').waitFor();
      await look('batch-before');
      await press(page, 'Start 500 calls');
      await eventually(async () => expect(await shown(page, 'answered')).toBeGreaterThan(15));
      await press(page, 'Send one ahead of all');
      await page.getByText('Where is my parcel').waitFor();
      await look('batch');

      await page.getByRole('link', { name: 'Usage' }).click();
      await page.getByText(/^The next call waits .* for the quota/).waitFor({ timeout: 60_000 });
      await look('usage');
    });
  });
});
