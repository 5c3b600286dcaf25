// Whether the dashboard's page keeps its frames while much happens: `npm run bench:page`.
//
// Ten services, 1,000 events a second in all, ten minutes of history behind them, and one page in Chromium that is
// made to draw each frame by a dot that moves. By the browser's own tracing, at the top of the page (the table of
// all services) and at a service with five charts in sight; each beside the same page with nothing happening, in
// turns, the median of the rounds:
//
// - frames a second that were shown with all that the page has drawn
// - frames that it wanted and that were lost, as a share
// - what the page's main thread took of a processor
//
// Must: 60 frames a second as far as this machine draws as many when nothing happens (0.97 of those), at most 3
// points more lost frames, a main thread with half of its time left. A figure that misses says so and fails nothing.
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { serveDashboard } from 'rxllm/dashboard';
import { findChromium } from '../support/find-chromium.ts';
import { median } from './measure.mjs';
import { Load } from './page-load.mjs';
import { framesIn, traced } from './page-trace.mjs';
import { row, table } from './table.mjs';

const SERVICES = 10;
const EVENTS_A_SECOND = 1_000;
const ROUNDS = 5;
const ROUND_MS = 5_000;
const SETTLE_MS = 1_500;
const PLACES = { 'top of the page': 0, 'a service': 1_100 };
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

const { path: executablePath, missing } = findChromium();
if (missing) throw new Error(`There is no browser to measure in: ${missing}`);
const load = new Load(SERVICES, EVENTS_A_SECOND);
const { services, scheduler } = load;
const dashboard = await serveDashboard(services, { scheduler, canPause: true });
load.playHistory();
const browser = await chromium.launch({ executablePath, args: ARGS });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
await page.goto(dashboard.url);
await page.evaluate(moveADot);

for (const [place, top] of Object.entries(PLACES)) {
  await page.evaluate((y) => globalThis.scrollTo(0, y), top);
  const rounds = { quiet: [], busy: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of ['quiet', 'busy']) rounds[kind].push(await measured(kind));
  }
  show(place, middle(rounds.quiet), middle(rounds.busy));
}
await browser.close();
load.stop();
await dashboard.close();

async function measured(kind) {
  load.isBusy = kind === 'busy';
  await delay(SETTLE_MS);
  const { traceEvents, seconds, result } = await traced(browser, async () => {
    const before = load.events;
    await delay(ROUND_MS);
    return load.events - before;
  });
  return { ...framesIn(traceEvents, seconds), events: result / seconds };
}

function middle(rounds) {
  const names = Object.keys(rounds[0]);
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((one) => one[name]))]));
}

function show(place, quiet, busy) {
  const ratio = busy.perSecond / quiet.perSecond;
  console.log(`\npage, ${place}: ${busy.events.toFixed(0)} events a second, 10 services`);
  const percent = (share) => `${(share * 100).toFixed(1)}%`;
  const rows = [
    {
      subject: 'frames a second',
      figure: `${busy.perSecond.toFixed(1)} (quiet ${quiet.perSecond.toFixed(1)})`,
      ratio,
      must: '>= 0.97 of quiet',
      reached: ratio >= 0.97,
    },
    {
      subject: 'lost frames',
      figure: `${percent(busy.lost)} (quiet ${percent(quiet.lost)})`,
      must: 'quiet + 3 points',
      reached: busy.lost <= quiet.lost + 0.03,
    },
    {
      subject: 'main thread',
      figure: `${percent(busy.main)} (quiet ${percent(quiet.main)})`,
      must: '<= 50%',
      reached: busy.main <= 0.5,
    },
  ];
  console.log(table(rows.map(row)));
}

/** Runs in the page: without something that moves a browser draws only what changes. */
function moveADot() {
  const dot = document.createElement('div');
  dot.style.cssText =
    'position:fixed;top:0;left:0;z-index:9;will-change:transform;width:2px;height:2px;background:red';
  document.body.append(dot);
  let x = 0;
  const move = () => {
    dot.style.transform = `translateX(${x++ % 100}px)`;
    requestAnimationFrame(move);
  };
  move();
}
