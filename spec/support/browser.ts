// What a spec in a real browser needs. No spec measures time: it waits for conditions, with `eventually` or
// the locators of Playwright.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from './find-chromium.js';

export type { Page } from 'playwright-core';
export { violationsIn } from './axe.js';
export { eventually } from './eventually.js';

/** Room for launching it, on a machine that has other things to do. */
const TIMEOUT_MS = 120_000;

const ARGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

const SCREENSHOTS = join(__dirname, '../../reports/screenshots');
const PICTURES = join(__dirname, '../../examples/pictures');
const WEBP_QUALITY = 80;
const isUpdate = Boolean(process.env['UPDATE_PICTURES']);

/** How the page is looked at. */
export interface VisitOptions {
  /** In pixels. Default 1280 × 800. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Default `'light'`. */
  readonly colorScheme?: 'light' | 'dark';
}

/** A page in a profile of its own, as a visitor who has never been here has it. */
export interface Visit {
  readonly page: Page;
  /**
   * Errors on its console, exceptions, and requests that failed, so far. At the end of the test there must be
   * none: a test that makes some looks at them and takes them out.
   */
  readonly complaints: string[];
}

/** Opens a page and waits until it is loaded. */
export type OpenPage = (url: string, options?: VisitOptions) => Promise<Visit>;

/** A phone and a desk. */
export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };

/**
 * Describes what is seen in a browser. Where there is none the tests are skipped, and a warning says why.
 *
 * One browser serves all tests of the block; the pages that a test has opened are closed when it ends.
 */
export function describeInBrowser(title: string, body: (open: OpenPage) => void): void {
  const found = findChromium();
  if ('missing' in found) {
    // Not by console.warn: of a file that is skipped whole Jest shows none.
    process.stderr.write(`SKIPPED, as there is no browser: ${title}\n  ${found.missing}\n`);
    describe.skip(title, () => body(() => Promise.reject(new Error(found.missing))));
    return;
  }
  describe(title, () => {
    jest.setTimeout(TIMEOUT_MS);
    body(openerIn(found.path));
  });
}

/** Draws what is to be seen, or all of the page, to a PNG file in reports/screenshots. */
export async function screenshot(page: Page, name: string, { fullPage = false } = {}) {
  const path = join(SCREENSHOTS, `${name}.png`);
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path, fullPage, animations: 'disabled' });
}

/**
 * Draws what is to be seen as a picture for the README: a small file, in reports/screenshots, and with
 * `UPDATE_PICTURES=1` in place of the one that the README shows, where it shows it.
 */
export async function picture(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const options = { format: 'webp', quality: WEBP_QUALITY } as const;
  const { data } = await session.send('Page.captureScreenshot', options);
  await session.detach();
  mkdirSync(SCREENSHOTS, { recursive: true });
  const paths = [join(SCREENSHOTS, `${name}.webp`), join(PICTURES, `${name}.webp`)];
  const wanted = paths.filter((path, at) => at === 0 || (isUpdate && existsSync(path)));
  for (const path of wanted) writeFileSync(path, Buffer.from(data, 'base64'));
}

function openerIn(executablePath: string): OpenPage {
  let browser: Browser;
  let visits: Visit[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, headless: true, args: ARGS });
  });

  afterEach(async () => {
    const complaints = visits.flatMap((visit) => visit.complaints);
    await Promise.all(visits.map(({ page }) => page.context().close()));
    visits = [];
    expect(complaints).toEqual([]);
  });

  afterAll(() => browser.close());

  return async (url, options = {}) => {
    const visit = await newVisit(await newContext(browser, options));
    visits.push(visit);
    await visit.page.goto(url);
    return visit;
  };
}

function newContext(browser: Browser, options: VisitOptions): Promise<BrowserContext> {
  const { viewport = DESKTOP, colorScheme = 'light' } = options;
  return browser.newContext({ viewport, colorScheme, locale: 'en-GB', reducedMotion: 'reduce' });
}

async function newVisit(context: BrowserContext): Promise<Visit> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // What a page cancels has not failed.
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${reason}: ${request.url()}`);
  });
  return { page, complaints };
}
