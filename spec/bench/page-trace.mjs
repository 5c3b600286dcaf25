// What a browser tells of its own frames.

const CATEGORIES = [
  'disabled-by-default-devtools.timeline',
  'disabled-by-default-devtools.timeline.frame',
  '__metadata',
];

/** Traces the browser while `work` runs; answers with its result too. */
export async function traced(browser, work) {
  const session = await browser.newBrowserCDPSession();
  const traceEvents = [];
  session.on('Tracing.dataCollected', ({ value }) => traceEvents.push(...value));
  const ended = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  const traceConfig = { includedCategories: CATEGORIES, excludedCategories: ['*'] };
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
  const start = performance.now();
  const result = await work();
  const seconds = (performance.now() - start) / 1_000;
  await session.send('Tracing.end');
  await ended;
  await session.detach();
  return { traceEvents, seconds, result };
}

/**
 * Frames of the page: how many a second show all that it has drawn, which share came without it or not at all, and
 * which share of the time its main thread was at work.
 */
export function framesIn(events, seconds) {
  const states = events
    .filter(({ name, ph }) => name === 'PipelineReporter' && ph === 'b')
    .filter(({ args }) => args.frame_reporter?.has_main_animation)
    .map(({ pid, args }) => ({ pid, state: args.frame_reporter.state }));
  const [page] = mostCommon(states.map(({ pid }) => pid));
  const own = states.filter(({ pid }) => pid === page).map(({ state }) => state);
  const whole = own.filter((state) => state === 'STATE_PRESENTED_ALL').length;
  const asked = own.filter((state) => state !== 'STATE_NO_UPDATE_DESIRED').length;
  return {
    perSecond: whole / seconds,
    late: (asked - whole) / asked,
    main: busyMs(events, page) / 1_000 / seconds,
  };
}

function busyMs(events, page) {
  const thread = events.find(
    ({ name, pid, args }) =>
      name === 'thread_name' && pid === page && args.name === 'CrRendererMain',
  );
  return events
    .filter(({ name, pid, tid }) => name === 'RunTask' && pid === page && tid === thread.tid)
    .reduce((sum, { dur = 0 }) => sum + dur / 1_000, 0);
}

function mostCommon(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0] ?? [];
}
