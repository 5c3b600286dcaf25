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
 * Frames of the page: how many a second were shown with all that it has drawn, which share of those that it wanted
 * was lost, and which share of a processor its main thread took (which others on the machine hardly disturb).
 */
export function framesIn(traceEvents, seconds) {
  const frames = traceEvents
    .filter(({ name, ph }) => name === 'PipelineReporter' && ph === 'b')
    .map(({ pid, args }) => ({ pid, state: args.frame_reporter?.state }));
  const [page] = mostCommon(frames.map(({ pid }) => pid));
  const count = (wanted) =>
    frames.filter(({ pid, state }) => pid === page && state === wanted).length;
  // A frame for which the page is late is shown without it, and counted as another that is whole later.
  const [whole, lost] = [count('STATE_PRESENTED_ALL'), count('STATE_DROPPED')];
  return {
    perSecond: whole / seconds,
    lost: lost / (whole + lost),
    main: mainThreadMs(traceEvents, page) / 1_000 / seconds,
  };
}

function mainThreadMs(traceEvents, page) {
  const thread = traceEvents.find(
    ({ name, pid, args }) =>
      name === 'thread_name' && pid === page && args.name === 'CrRendererMain',
  );
  return traceEvents
    .filter(({ name, pid, tid }) => name === 'RunTask' && pid === page && tid === thread.tid)
    .reduce((sum, { tdur = 0 }) => sum + tdur / 1_000, 0);
}

function mostCommon(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0] ?? [];
}
