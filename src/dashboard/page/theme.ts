import { el } from './dom.js';

const KEY = 'rxllm-dashboard-theme';
const THEMES = ['auto', 'dark', 'light'] as const;

type Theme = (typeof THEMES)[number];

const changed = new EventTarget();

/** Runs whenever colours have changed, until what it answers with is called. */
export function onThemeChange(hear: () => void): () => void {
  changed.addEventListener('change', hear);
  return () => changed.removeEventListener('change', hear);
}

/** What chooses between dark, light and what the system has; kept for the next visit. */
export function themeSwitch(): HTMLElement {
  const chosen = kept();
  apply(chosen);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell);
  const choices = THEMES.map((theme) => choice(theme, theme === chosen));
  const legend = el('legend', { class: 'visually-hidden' }, 'Colours');
  return el('fieldset', { class: 'switch' }, legend, ...choices);
}

function choice(theme: Theme, isChosen: boolean): HTMLElement {
  const input = el('input', { type: 'radio', name: 'theme', value: theme });
  input.checked = isChosen;
  input.addEventListener('change', () => {
    keep(theme);
    apply(theme);
  });
  return el('label', {}, input, el('span', {}, theme));
}

function apply(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  tell();
}

function tell(): void {
  changed.dispatchEvent(new Event('change'));
}

function kept(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto';
  } catch {
    return 'auto'; // a browser that keeps nothing
  }
}

function keep(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Then it holds for this visit.
  }
}
