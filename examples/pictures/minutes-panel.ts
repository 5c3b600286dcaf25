import { count, percent } from '../summarise/format.js';
import type { Level } from './level.js';
import { LIMIT, type Lull, MARGIN_MS, MINUTES, type MinutesRun, WINDOW_MS } from './minutes-run.js';
import { either, headOf, LEFT, legendOf, RIGHT, SWATCH } from './page.js';
import { horizontal, path, rect, rounded, scale, text, texts, vertical } from './svg.js';

const SHOWN_MINUTES = 3;
const SHOWN_MS = SHOWN_MINUTES * WINDOW_MS;
const HEIGHT = 72;
const RXLLM = 540;
const ORIGINAL = 652;
/** Refusals that are nearer to each other than this are counted together. */
const NEAR_MS = 5000;

const x = scale([0, SHOWN_MS], [LEFT, RIGHT]);

/** What the provider counted of two clients, one above the other. */
export function minutesPanel(rxllm: MinutesRun, original: MinutesRun): string[] {
  return [
    ...headOf(460, `The first ${SHOWN_MINUTES} of ${MINUTES} minutes`, conditions()),
    ...legend(),
    nameOf('rxllm', ': reserves, then settles', RXLLM),
    ...strip(rxllm, RXLLM),
    ...rxllm.lulls.slice(0, 1).flatMap(margin),
    nameOf('the original', ': total < limit in its last 70 s', ORIGINAL),
    ...strip(original, ORIGINAL),
    ...original.lulls.filter(([, until]) => until < SHOWN_MS).map(lull),
    ...groupsOf(original.refusedAt.filter((at) => at < SHOWN_MS)).flatMap(refusals),
    ...Array.from({ length: SHOWN_MINUTES + 1 }, (_, passed) => minute(passed)).flat(),
  ];
}

function conditions(): string {
  return `tokens of the last ${WINDOW_MS / 1000} s, as the provider counts them`;
}

function legend(): string[] {
  return legendOf(488, [
    { swatch: rect('used', SWATCH), meaning: 'charged' },
    { swatch: rect('unused', SWATCH), meaning: 'not used' },
    { swatch: vertical('refusal', 0, -7, 7), meaning: 'refused (429)', inShort: 'refused' },
  ]);
}

function nameOf(name: string, policy: string, top: number): string {
  return texts('', [LEFT, top - 10], ['strong', name], ['soft wide', policy]);
}

function strip({ levels, usedShare, refusedAt }: MinutesRun, top: number): string[] {
  const floor = top + HEIGHT;
  const figures = `${percent(usedShare)} used, ${refusedAt.length} refused`;
  return [
    text('end', RIGHT, top - 10, `in ${MINUTES} min: ${figures}`),
    rect('unused', { x: LEFT, y: top, width: RIGHT - LEFT, height: HEIGHT }),
    path('used', areaUnder(levels, top)),
    horizontal('limit', top, LEFT, RIGHT),
    horizontal('floor', floor, LEFT, RIGHT),
    ...either(count(LIMIT), `${count(LIMIT / 1000)}k`, (className, content) =>
      text(`soft end central ${className}`, LEFT - 8, top, content),
    ),
    text('soft end central', LEFT - 8, floor, '0'),
  ];
}

/** In steps; of those that fall on the same tenth of a px the last is drawn. */
function areaUnder(levels: readonly Level[], top: number): string {
  const y = scale([0, LIMIT], [top + HEIGHT, top]);
  const shown = levels.filter(({ at }) => at < SHOWN_MS);
  const steps = new Map(shown.map(({ at, tokens }) => [rounded(x(at)), rounded(y(tokens))]));
  const drawn = [...steps].map(([right, height]) => `H${right}V${height}`);
  return `M${LEFT} ${y(0)}${drawn.join('')}H${RIGHT}V${y(0)}Z`;
}

function lull([from, until]: Lull): string {
  const seconds = `${Math.round((until - from) / 1000)} s`;
  return text('small middle central wide', x((from + until) / 2), ORIGINAL + HEIGHT / 2, seconds);
}

function margin([, until]: Lull): string[] {
  const [left, middle] = [x(until) + 12, RXLLM + HEIGHT / 2];
  return [
    text('small on-used central wide', left, middle, `← the margin of ${MARGIN_MS} ms, then`),
    text('small on-used central wide', left + 19, middle + 19, 'what is reserved in vain'),
  ];
}

function groupsOf(times: readonly number[]): number[][] {
  const firsts = times.filter((at, index) => index === 0 || at - times[index - 1]! > NEAR_MS);
  return firsts.map((first, index) => {
    const next = firsts[index + 1] ?? Infinity;
    return times.filter((at) => at >= first && at < next);
  });
}

function refusals(times: readonly number[]): string[] {
  const top = ORIGINAL + HEIGHT + 4;
  const places = new Set(times.map((at) => rounded(x(at))));
  return [
    ...[...places].map((place) => vertical('refusal', place, top, top + 18)),
    text('refused central', Math.max(...places) + 8, top + 10, `${times.length} × 429`),
  ];
}

function minute(passed: number): string[] {
  const at = x(passed * WINDOW_MS);
  const place = passed < SHOWN_MINUTES ? 'middle' : 'end';
  return [
    ...[RXLLM, ORIGINAL].map((top) => vertical('tick', at, top + HEIGHT, top + HEIGHT + 6)),
    text(`soft ${place}`, at, ORIGINAL + HEIGHT + 48, passed === 0 ? '0' : `${passed} min`),
  ];
}
