import { callsPanel } from './calls-panel.js';
import { runCalls } from './calls-run.js';
import { descriptionOf } from './description.js';
import { minutesPanel } from './minutes-panel.js';
import { runMinutes } from './minutes-run.js';
import { HEIGHT, MARGIN, WIDTH } from './page.js';
import { STYLE } from './style.js';
import { element, escaped, horizontal } from './svg.js';

/** The README's picture of one window, as an SVG that needs nothing else. */
export function oneWindowPicture(): string {
  const [calls, rxllm, original] = [runCalls(), runMinutes('rxllm'), runMinutes('original')];
  const about = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    ...{ width: WIDTH, height: HEIGHT },
    ...{ role: 'img', 'aria-labelledby': 'title description' },
  };
  const svg = element(
    'svg',
    about,
    element('title', { id: 'title' }, 'One window of a quota, and its first three minutes'),
    element('desc', { id: 'description' }, escaped(descriptionOf(calls, rxllm, original))),
    element('style', {}, STYLE),
    hatch(),
    paper(),
    ...callsPanel(calls),
    horizontal('rule', 424, MARGIN, WIDTH - MARGIN),
    ...minutesPanel(rxllm, original),
  );
  return `${svg}\n`;
}

/** The pattern of what is reserved in vain. */
function hatch(): string {
  const about = {
    ...{ id: 'hatch', width: 7, height: 7 },
    ...{ patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
  };
  return element('pattern', about, element('path', { class: 'hatch', d: 'M0 0V7' }));
}

function paper(): string {
  const [width, height] = [WIDTH - 1, HEIGHT - 1];
  return element('rect', { class: 'paper', x: 0.5, y: 0.5, width, height, rx: 10 });
}
