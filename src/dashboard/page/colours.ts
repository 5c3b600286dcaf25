import { el } from './dom.js';
import { onThemeChange } from './theme.js';

const known = new Map<string, string>();
let probe: HTMLElement | undefined;

onThemeChange(() => {
  known.clear();
});

/** What a colour of the style sheet is now: a canvas knows no variables. */
export function colourOf(name: string): string {
  const colour = known.get(name) ?? read(name);
  known.set(name, colour);
  return colour;
}

function read(name: string): string {
  if (!probe) {
    probe = el('span', { hidden: '' });
    // As with a forced palette all would be the one colour of its texts, fills too.
    probe.style.setProperty('forced-color-adjust', 'none');
    document.body.append(probe);
  }
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}
