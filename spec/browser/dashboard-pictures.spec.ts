import { type Dashboard, serveDashboard } from '../../src/dashboard/index.js';
import {
  describeInBrowser,
  eventually,
  type Page,
  PHONE,
  picture,
  screenshot,
} from '../support/browser.js';
import { BusyServices } from './busy-services.js';

const DESK = { width: 1280, height: 900 };

/** As if it had been open for the ten minutes: it has seen all of them. */
async function afterTenMinutes(busy: BusyServices, count: number): Promise<Dashboard> {
  const dashboard = await serveDashboard(busy.services.slice(0, count), {
    title: 'Summaries in production',
    scheduler: busy.scheduler,
    canPause: true,
  });
  busy.work();
  return dashboard;
}

/** Charts are drawn one after the other, those in sight. */
function drawn(page: Page, charts: number): Promise<void> {
  return eventually(async () =>
    expect(await page.locator('canvas').count()).toBeGreaterThanOrEqual(charts),
  );
}

describeInBrowser('the dashboard after ten busy minutes', (openPage) => {
  let dashboard: Dashboard;
  let busy: BusyServices;

  beforeEach(() => {
    busy = new BusyServices();
  });
  afterEach(() => dashboard.close());

  it.each(['dark', 'light'] as const)('is drawn at a desk, %s', async (colorScheme) => {
    dashboard = await afterTenMinutes(busy, 1);
    const { page } = await openPage(dashboard.url, { colorScheme, viewport: DESK });
    await drawn(page, 5);
    await screenshot(page, `dashboard-${colorScheme}`, { fullPage: true });
    await picture(page, `dashboard-${colorScheme}`);

    const { quotas } = busy.services[0]!.toJSON();
    const bars = await page.getByRole('meter').all();
    const used = await Promise.all(bars.map((bar) => bar.getAttribute('aria-valuenow')));
    expect(used.slice(1).map(Number)).toEqual(quotas.map((quota) => quota.used));
  });

  it('is drawn on a phone', async () => {
    dashboard = await afterTenMinutes(busy, 1);
    const { page } = await openPage(dashboard.url, { colorScheme: 'dark', viewport: PHONE });
    await drawn(page, 1);
    await picture(page, 'dashboard-phone');
  });

  it('is drawn with several services', async () => {
    dashboard = await afterTenMinutes(busy, 3);
    const { page } = await openPage(dashboard.url, { colorScheme: 'dark', viewport: DESK });
    await drawn(page, 3);
    await picture(page, 'dashboard-services');

    expect(await page.getByRole('table', { name: 'Services' }).getByRole('row').count()).toBe(4);
  });
});
