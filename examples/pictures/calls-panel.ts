import { count } from '../summarise/format.js';
import { type CallSpan, type CallsRun, LIMIT, MARGIN_MS, WINDOW_MS } from './calls-run.js';
import { either, headOf, LEFT, legendOf, RIGHT, SWATCH } from './page.js';
import {
  type Box,
  circle,
  element,
  horizontal,
  rect,
  scale,
  text,
  texts,
  vertical,
} from './svg.js';

/** Nothing new happens after. */
const SHOWN_MS = 1850;
const CEILING = 156;
const FLOOR = 330;
const LANE_HEIGHT = 28;

const x = scale([0, SHOWN_MS], [LEFT, RIGHT]);
const y = scale([0, LIMIT], [FLOOR, CEILING]);

type Range = readonly [from: number, to: number];

/** A call and its place in the window: it lies on so many tokens. */
interface Block extends CallSpan {
  readonly on: number;
}

/** Each call as a block, as long as it counts and as high as what it is charged; above the limit it waits. */
export function callsPanel({ spans, levels }: CallsRun): string[] {
  const waiting = spans.filter(({ queuedAt, startedAt }) => startedAt > queuedAt);
  const shown = levels.filter(({ at }) => at < SHOWN_MS);
  return [
    ...headOf(42, 'One window, call by call', conditions()),
    ...legend(),
    ...shown.map(({ at }) => vertical('tick', x(at), CEILING, FLOOR + 32)),
    ...waiting.flatMap((span, index) => wait(span, CEILING - 20 - index * LANE_HEIGHT)),
    ...placed(spans).flatMap(blockOf),
    ...axis(),
    ...shown.flatMap(({ at, tokens }, index) => charged(tokens, at, levels[index + 1]?.at)),
    element('g', { class: 'times' }, ...shown.flatMap(({ at }) => instant(at, spans))),
  ];
}

function conditions(): string {
  return `limit ${count(LIMIT)} tokens in ${count(WINDOW_MS)} ms, margin ${count(MARGIN_MS)} ms`;
}

function legend(): string[] {
  return legendOf(72, [
    { swatch: horizontal('wait', 0, -8, 8), meaning: 'waits' },
    { swatch: rect('held', SWATCH), meaning: 'reserved' },
    { swatch: inVain(SWATCH), meaning: 'reserved in vain', inShort: 'in vain' },
    { swatch: rect('used', SWATCH), meaning: 'used' },
  ]);
}

function axis(): string[] {
  return [
    horizontal('floor', FLOOR, LEFT, RIGHT),
    horizontal('limit', CEILING, LEFT, RIGHT),
    text('soft end central', LEFT - 8, CEILING, count(LIMIT)),
    text('soft end central', LEFT - 8, FLOOR, '0'),
    text('soft end', RIGHT, CEILING - 8, 'limit'),
  ];
}

function wait({ label, queuedAt, startedAt }: CallSpan, lane: number): string[] {
  return [
    text('strong idle end central', LEFT - 12, lane, label),
    horizontal('wait', lane, x(queuedAt), x(startedAt)),
    circle('idle', x(startedAt), lane, 4),
    text('idle central', x(startedAt) + 12, lane, `waits ${count(startedAt - queuedAt)} ms`),
  ];
}

function blockOf({ on, ...span }: Block): string[] {
  const { label, startedAt, settledAt, leavesAt, reserved, settledTo } = span;
  const middle = y(on + settledTo / 2);
  const inFlight = [startedAt, settledAt] as const;
  return [
    ...(settledTo < reserved ? [inVain(area(inFlight, [on + settledTo, on + reserved]))] : []),
    rect('block held', area(inFlight, [on, on + settledTo])),
    rect('block used', area([settledAt, leavesAt], [on, on + settledTo])),
    texts(
      'central on-held',
      [x(startedAt) + 9, middle],
      ['strong', label],
      ['small wide', ` reserves ${reserved}`],
    ),
    ...either(settlement(span), inShort(span), (className, content) =>
      text(`central on-used ${className}`, x(settledAt) + 12, middle, content),
    ),
  ];
}

function inVain(box: Box): string {
  return rect('block held faint', box) + rect('block in-vain', box);
}

function area([from, to]: Range, [low, high]: Range): Box {
  const [left, top] = [x(from), y(high)];
  return { x: left, y: top, width: x(Math.min(to, SHOWN_MS)) - left, height: y(low) - top };
}

function settlement({ reserved, settledTo }: CallSpan): string {
  const freed = reserved - settledTo;
  return freed > 0 ? `settled to ${settledTo}: ${freed} are free again` : `used ${settledTo}`;
}

function inShort({ reserved, settledTo }: CallSpan): string {
  return settledTo < reserved ? `${settledTo} of ${reserved}` : `${settledTo}`;
}

function charged(tokens: number, from: number, to = SHOWN_MS): string[] {
  const middle = x((from + Math.min(to, SHOWN_MS)) / 2);
  return either(`charged ${count(tokens)}`, count(tokens), (className, content) =>
    text(`small soft middle central ${className}`, middle, FLOOR + 16, content),
  );
}

/** When the charge changes, and why. */
function instant(at: number, spans: readonly CallSpan[]): string[] {
  const why = spans.flatMap(({ label, startedAt, settledAt, leavesAt, reserved, settledTo }) => [
    ...(leavesAt === at ? [`${label} leaves`] : []),
    ...(settledAt === at && settledTo < reserved ? [`${label} is settled`] : []),
    ...(startedAt === at ? [`${label} starts`] : []),
  ]);
  return [
    text('strong middle', x(at), FLOOR + 49, at === 0 ? '0 ms' : count(at)),
    text('small soft middle wide', x(at), FLOOR + 68, why.join(', ')),
  ];
}

/** Each call lies as low as there is room when it starts. */
function placed(spans: readonly CallSpan[]): Block[] {
  return spans.reduce<Block[]>((blocks, span) => {
    const beside = blocks.filter(({ leavesAt }) => leavesAt > span.startedAt);
    return [...blocks, { ...span, on: lowestPlace(span, beside) }];
  }, []);
}

function lowestPlace({ startedAt, reserved }: CallSpan, beside: readonly Block[]): number {
  const taken = beside.map(({ on, ...span }) => [on, on + chargedAt(startedAt, span)] as const);
  const places = [0, ...taken.map(([, high]) => high)].sort((one, other) => one - other);
  const isFree = (on: number) => taken.every(([low, high]) => on >= high || on + reserved <= low);
  return places.find(isFree)!; // on top of all there is room
}

function chargedAt(at: number, { settledAt, reserved, settledTo }: CallSpan): number {
  return at < settledAt ? reserved : settledTo;
}
