import {
  type Dashboard,
  type DashboardOptions,
  serveDashboard,
} from '../../src/dashboard/index.js';
import {
  describeInBrowser,
  eventually,
  type Page,
  PHONE,
  violationsIn,
} from '../support/browser.js';
import { type HeldService, heldService } from './held-service.js';

const HOSTILE = '<img src=x onerror="window.hacked = true">';
const LONG = `${HOSTILE} ${'very long '.repeat(50)}`;
const HOUR_S = '3600';

let open: Dashboard[] = [];
let services: HeldService['service'][] = [];

afterEach(async () => {
  await Promise.all(open.map((dashboard) => dashboard.close()));
  await Promise.all(services.map((service) => service.close({ abandon: true })));
  open = [];
  services = [];
});

function held(modelName?: string): HeldService {
  const made = heldService(modelName);
  services.push(made.service);
  return made;
}

async function serve(
  shown: readonly HeldService[],
  options: DashboardOptions = {},
): Promise<Dashboard> {
  const dashboard = await serveDashboard(
    shown.map(({ service }) => service),
    { canPause: true, everyMs: 50, ...options },
  );
  open.push(dashboard);
  return dashboard;
}

function limitsOf({ limit$ }: HeldService): DashboardOptions {
  return { limits: [{ unit: 'tokens', limit$ }] };
}

function meter(page: Page, name: string) {
  return page.getByRole('meter', { name, exact: true });
}

/** What a bar tells to who does not see it. */
async function barOf(page: Page, name: string) {
  const bar = meter(page, name);
  const [used, limit] = await Promise.all(
    ['aria-valuenow', 'aria-valuemax'].map((attribute) => bar.getAttribute(attribute)),
  );
  return { used: Number(used), limit: Number(limit) };
}

/** A number of the row below the heading, as it is and not as it is shown. */
async function numberOf(page: Page, name: string) {
  return Number(await page.locator(`.stat-${name} data`).first().getAttribute('value'));
}

function nextCall(page: Page) {
  return page.locator('.next-words').textContent();
}

function quotaOf({ service }: HeldService, unit: string) {
  const { used = NaN, limit = NaN } =
    service.toJSON().quotas.find((quota) => quota.unit === unit) ?? {};
  return { used, limit };
}

/** As when another tab is looked at, which a browser without a head does not tell apart. */
function setHidden(page: Page, isHidden: boolean): Promise<void> {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

/** A browser tells of each request that was refused; here some are meant to be. */
function forgive(complaints: string[], meant: RegExp): void {
  const others = complaints.filter((complaint) => !meant.test(complaint));
  complaints.splice(0, complaints.length, ...others);
}

describeInBrowser('the page of the dashboard', (openPage) => {
  it('shows what the service says of itself, as it changes', async () => {
    const echo = held();
    const { page } = await openPage((await serve([echo])).url);
    for (let calls = 0; calls < 3; calls++) echo.call();

    await eventually(async () => {
      expect(await barOf(page, 'tokens per minute')).toEqual({ used: 200, limit: 1_000 });
      expect(await numberOf(page, 'queued')).toBe(1);
      expect(await numberOf(page, 'inFlight')).toBe(2);
    });
    echo.answer(70);

    await eventually(async () => {
      expect(await barOf(page, 'tokens per minute')).toEqual({ used: 270, limit: 1_000 });
      expect(await barOf(page, 'tokens per minute')).toEqual(quotaOf(echo, 'tokens'));
      expect(await barOf(page, 'requests per minute')).toEqual(quotaOf(echo, 'requests'));
      expect(await numberOf(page, 'queued')).toBe(0);
      expect(await numberOf(page, 'completed')).toBe(1);
      expect(await numberOf(page, 'tokens')).toBe(70);
    });
  });

  it('has the numbers of each chart in a table', async () => {
    const echo = held();
    const { page } = await openPage((await serve([echo])).url);
    echo.call();
    await page.getByText('Data', { exact: true }).first().click();

    await eventually(async () => {
      const table = page.getByRole('table', { name: 'tokens per minute, the newest first' });
      expect(await table.locator('tbody tr').first().locator('td').allTextContents()).toEqual([
        expect.stringMatching(/^\d\d:\d\d:\d\d$/),
        String(quotaOf(echo, 'tokens').used),
        '1000',
      ]);
    });
    await eventually(async () => {
      const chart = page.getByRole('img', { name: /^tokens per minute: used 100/ });
      expect(await chart.locator('canvas').count()).toBe(1);
    });
  });

  it('shows calls by priority and tenant, what was spent by label, and the latest events', async () => {
    const echo = held();
    const { page } = await openPage((await serve([echo])).url);
    echo.call('summary', 'acme');
    echo.call('headline', 'globex');
    echo.call('headline', 'globex');
    echo.answer(40);

    await eventually(async () => {
      const lines = page.getByRole('table', { name: 'Calls by priority and tenant' });
      expect(await lines.locator('tbody').innerText()).toMatch(/0\s+globex\s+0\s+2/);
      const spent = page.getByRole('table', { name: 'Spent by label' });
      expect(await spent.locator('tbody').innerText()).toMatch(/summary\s+1\s+40/);
      const events = page.getByRole('list', { name: 'Latest events' });
      expect(await events.innerText()).toMatch(/completed\s+summary\s+acme\s+.*40 tokens/);
    });
  });

  it('says what the next call waits for', async () => {
    const echo = held();
    const { page } = await openPage((await serve([echo])).url);
    expect(await nextCall(page)).toBe('None is waiting');

    for (let calls = 0; calls < 3; calls++) echo.call();
    await eventually(async () => expect(await nextCall(page)).toMatch(/^Waits for a permit/));

    echo.limit$.next(150);
    echo.answer(100);
    await eventually(async () =>
      expect(await nextCall(page)).toMatch(/^Waits for tokens per minute: starts in \d/),
    );
  });

  it('says that the provider has refused calls, and until when', async () => {
    const echo = held();
    const { page } = await openPage((await serve([echo])).url);
    await page.getByText('gate open').waitFor();
    echo.call();
    echo.fail(Object.assign(new Error(), { status: 429, headers: { 'retry-after': '300' } }));
    echo.call();

    await eventually(async () => {
      expect(await nextCall(page)).toMatch(/^The provider has refused calls: reopens in \d min/);
      expect(await page.locator('.marks').innerText()).toContain('gate closed');
      expect(await page.getByRole('status').textContent()).toContain('gate closed');
    });
  });

  it('pauses and resumes a service', async () => {
    const echo = held();
    const { page } = await openPage((await serve([echo])).url);

    await page.getByRole('button', { name: `Pause ${echo.service.name}` }).click();
    await eventually(async () => {
      expect(echo.service.toJSON().status).toBe('paused');
      expect(await nextCall(page)).toBe('Paused: until resumed');
      expect(await page.getByRole('status').textContent()).toContain('paused');
    });

    await page.getByRole('button', { name: `Resume ${echo.service.name}` }).click();
    await eventually(() => expect(echo.service.toJSON().status).toBe('idle'));
  });

  it('offers nothing that is not allowed', async () => {
    const { page } = await openPage((await serve([held()], { canPause: false })).url);
    await meter(page, 'tokens per minute').waitFor();

    expect(await page.getByRole('button', { name: /Pause|Change limit/ }).count()).toBe(0);
  });

  it('changes a limit, and says why where it may not be so', async () => {
    const echo = held();
    const { page, complaints } = await openPage((await serve([echo], limitsOf(echo))).url);
    const button = page.getByRole('button', { name: 'Change limit of tokens per minute' });
    const field = page.getByLabel('New limit of tokens per minute');
    await button.click();
    expect(await field.inputValue()).toBe('1000');

    await field.fill('');
    await field.press('Enter');
    expect(await page.getByRole('alert').allInnerTexts()).toContain('Give a number.');

    await field.fill('-3');
    await field.press('Enter');
    await page.getByText('A limit is a finite number above 0.').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(echo.limit$.value).toBe(1_000);

    await field.fill('2500.5');
    await field.press('Enter');
    await eventually(async () =>
      expect(await barOf(page, 'tokens per minute')).toEqual({ used: 0, limit: 2_500.5 }),
    );
    expect(await field.isVisible()).toBe(false);
    forgive(complaints, /status of 400/);
  });

  it('can be used by keyboard alone', async () => {
    const echo = held();
    const { page } = await openPage((await serve([echo], limitsOf(echo))).url);
    await meter(page, 'tokens per minute').waitFor();
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: element } = document;
        const label = element?.getAttribute('aria-label') ?? element?.textContent ?? '';
        return label || (element?.getAttribute('value') ?? '');
      });
    const tabTo = async (name: string | RegExp) => {
      const passed: string[] = [];
      for (let tabs = 0; tabs < 60; tabs++) {
        await page.keyboard.press('Tab');
        passed.push(await focused());
        if (new RegExp(name).test(passed.at(-1) ?? '')) return;
      }
      throw new Error(`Tab never came to ${String(name)}: ${passed.join(', ')}`);
    };

    await tabTo('^auto$');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');

    await tabTo(`^Pause ${echo.service.name}`);
    await page.keyboard.press('Enter');
    await eventually(() => expect(echo.service.toJSON().status).toBe('paused'));

    await tabTo('^Change limit');
    await page.keyboard.press('Space');
    await page.keyboard.type('70'); // what was there is selected
    await page.keyboard.press('Enter');
    await eventually(() => expect(echo.limit$.value).toBe(70));
    await eventually(async () => expect(await focused()).toMatch(/^Change limit/));

    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    expect(await focused()).toMatch(/^Change limit/);

    await tabTo('^Data of tokens per minute');
    await page.keyboard.press('Enter');
    await tabTo('^Data of tokens per minute');
    await tabTo('^Hold$');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('button', { name: 'Hold', pressed: true }).count()).toBe(1);
  });

  it('shows where the focus is', async () => {
    const { page } = await openPage((await serve([held()])).url);
    const button = page.getByRole('button', { name: /^Pause/ });
    await button.waitFor();
    await page.keyboard.press('Tab');
    await button.focus();

    expect(await button.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe(
      'solid',
    );
  });

  it('folds a service away', async () => {
    const echo = held();
    const { page } = await openPage((await serve([echo])).url);
    const toggle = page.getByRole('button', { name: echo.service.name, exact: true });
    await toggle.click();
    expect(await toggle.getAttribute('aria-expanded')).toBe('false');
    expect(await meter(page, 'tokens per minute').isVisible()).toBe(false);
    echo.call();

    await toggle.click();
    await eventually(async () => expect((await barOf(page, 'tokens per minute')).used).toBe(100));
  });

  it('says how old it is while the server is away, and goes on when it is back', async () => {
    const echo = held();
    const first = await serve([echo]);
    const { page, complaints } = await openPage(first.url);
    echo.call('before');
    await eventually(async () => expect(await numberOf(page, 'inFlight')).toBe(1));

    await first.close();
    await page.getByText(/^reconnecting, shown is \d+ s old$/).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await page.getByRole('button', { name: /^Pause/ }).click();
    await page.getByText('The server cannot be reached.').waitFor();
    echo.call('after');
    await serve([echo], { port: first.port });

    await page.getByText('live', { exact: true }).waitFor();
    await eventually(async () => expect(await numberOf(page, 'inFlight')).toBe(2));
    expect(await page.locator('.service').count()).toBe(1);
    const events = page.getByRole('list', { name: 'Latest events' });
    expect(await events.innerText()).not.toContain('before');
    expect(await page.getByRole('alert').allInnerTexts()).not.toContain(
      'The server cannot be reached.',
    );
    forgive(complaints, /ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)/);
  });

  it('leaves the connections of a browser to the tabs that are seen', async () => {
    const echo = held();
    const { url } = await serve([echo]);
    const { page } = await openPage(url);
    const first = page.getByText('live', { exact: true });
    await first.waitFor();
    await setHidden(page, true);
    // A browser has six for one server.
    for (let tab = 2; tab <= 8; tab++) {
      const next = await page.context().newPage();
      await next.goto(url);
      await next.getByText('live', { exact: true }).waitFor();
      await setHidden(next, true);
    }

    echo.call();
    await setHidden(page, false);
    await eventually(async () => expect(await numberOf(page, 'inFlight')).toBe(1));
  });

  it('shows what labels and tenants hold as text, however hostile or long', async () => {
    const echo = held(`model ${LONG}`);
    const { page } = await openPage((await serve([echo], { title: LONG })).url, {
      viewport: PHONE,
    });
    echo.call(LONG, HOSTILE);
    echo.call(HOSTILE, LONG);
    echo.answer(10);

    await eventually(async () => {
      expect(await page.getByRole('list', { name: 'Latest events' }).innerText()).toContain(
        HOSTILE,
      );
      expect(await page.getByRole('table', { name: 'Spent by label' }).innerText()).toContain(
        HOSTILE,
      );
    });
    expect(await page.locator('img').count()).toBe(1); // the logo
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(await widthOf(page)).toBe(PHONE.width);
  });

  it('fits on a phone, one service or several', async () => {
    for (const shown of [[held()], [held('one'), held('other')]]) {
      const dashboard = await serve(shown, limitsOf(shown[0]!));
      const { page } = await openPage(dashboard.url, { viewport: PHONE });
      await meter(page, 'tokens per minute').first().waitFor();
      await page
        .getByRole('button', { name: /^Change limit/ })
        .first()
        .click();

      expect(await widthOf(page)).toBe(PHONE.width);
    }
  });

  it.each([PHONE.width, 700, 820, 1_000, 1_200])(
    'shows the numbers of several services whole, %s pixels wide',
    async (width) => {
      const [one, other] = [held('one'), held('other')];
      const dashboard = await serve([one, other]);
      const { page } = await openPage(dashboard.url, { viewport: { width, height: 800 } });
      one.call();
      one.answer(8_888_888);
      const numbers = page.locator('.overview td.number');
      await eventually(async () =>
        expect(await numbers.allInnerTexts()).toContainEqual(expect.stringMatching('8,888,888')),
      );

      expect(await numbers.evaluateAll(cutOff)).toEqual([]);
      expect(await widthOf(page)).toBe(width);
    },
  );

  it('tells what is chosen, and lines of charts, apart where the system forces its colours', async () => {
    const echo = held();
    const { page } = await openPage((await serve([echo])).url);
    await page.emulateMedia({ forcedColors: 'active' });
    await page.reload();
    echo.call();
    await eventually(async () => {
      expect(await page.locator('canvas').first().evaluate(hasHues)).toBe(true);
    });
    const grounds = await page
      .locator('.switch input + span')
      .evaluateAll((choices) => choices.map((choice) => getComputedStyle(choice).backgroundColor));

    expect(new Set(grounds).size).toBe(2);
  });

  it('keeps the colours that were chosen', async () => {
    const { page } = await openPage((await serve([held()])).url);
    const ground = () => page.evaluate(() => getComputedStyle(document.body).colorScheme);
    await page.getByText('dark', { exact: true }).click();
    expect(await ground()).toBe('dark');

    await page.reload();
    expect(await page.getByLabel('dark').isChecked()).toBe(true);
    expect(await ground()).toBe('dark');
  });

  it('shows several services at a glance, and what models have taken together', async () => {
    const [one, other, third] = [held('small'), held('large'), held('large-2')];
    const { page } = await openPage((await serve([one, other, third])).url);
    one.call();
    one.answer(30);
    other.call();
    other.call();

    await eventually(async () => {
      const rows = page.getByRole('table', { name: 'Services' }).getByRole('row');
      const texts = (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
      expect(texts.slice(1)).toEqual([
        expect.stringMatching(/small small running 3% tokens per minute 0 0 \S+ 30 –$/),
        expect.stringMatching(/large large running 20% tokens per minute 0 2 \S+ – –$/),
        expect.stringMatching(/large-2 large-2 idle 0% tokens per minute 0 0 \S+ – –$/),
      ]);
    });
    const models = page.getByRole('table', { name: 'Totals by model' }).getByRole('row');
    expect((await models.nth(1).innerText()).replace(/\s+/g, ' ')).toBe('small 1 1 30 –');
  });

  it.each(['light', 'dark'] as const)('leaves axe nothing to find, %s', async (colorScheme) => {
    for (const viewport of [PHONE, { width: 1280, height: 900 }]) {
      const [one, other] = [held('one'), held('other')];
      const dashboard = await serve([one, other], limitsOf(one));
      const { page } = await openPage(dashboard.url, { colorScheme, viewport });
      for (let calls = 0; calls < 3; calls++) one.call('summary', 'acme');
      one.fail(Object.assign(new Error(), { status: 429, headers: { 'retry-after': HOUR_S } }));
      other.service.pause();
      await page.getByRole('button', { name: /^Resume/ }).waitFor();
      await page.getByText('Data', { exact: true }).first().click();
      await page
        .getByRole('button', { name: /^Change limit/ })
        .first()
        .click();
      await page.getByText('failed', { exact: true }).first().waitFor();

      expect(await violationsIn(page)).toEqual([]);
    }
  });
});

function widthOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

/** Runs in the page: the texts that reach out of their cells. */
function cutOff(cells: Element[]): (string | null)[] {
  return cells
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
    .map(({ textContent }) => textContent);
}

/** Runs in the page: whether anything is drawn that is no grey. */
function hasHues(canvas: Element): boolean {
  const { width, height } = canvas as HTMLCanvasElement;
  const { data = [] } =
    (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height) ?? {};
  return Array.from(data).some((red, at) => at % 4 === 0 && Math.abs(red - data[at + 2]!) > 50);
}
