// What both panels keep to, in px.
import { element, text } from './svg.js';

export const WIDTH = 860;
export const HEIGHT = 788;
/** Headings begin here. */
export const MARGIN = 24;
/** Charts lie between these. */
export const LEFT = 84;
export const RIGHT = WIDTH - MARGIN;

/** The patch of colour in a legend. */
export const SWATCH = { x: -9, y: -7, width: 18, height: 14 } as const;

export interface Entry {
  /** Drawn around 0, 0. */
  readonly swatch: string;
  readonly meaning: string;
  /** The same in fewer words. */
  readonly inShort?: string;
}

export function headOf(y: number, heading: string, remark: string): string[] {
  return [text('heading', MARGIN, y, heading), text('soft end wide', RIGHT, y, remark)];
}

export function legendOf(y: number, entries: readonly Entry[]): string[] {
  const step = (RIGHT - MARGIN) / 4;
  return entries.map(({ swatch, meaning, inShort = meaning }, index) => {
    const transform = `translate(${MARGIN + 9 + index * step} ${y})`;
    const texts = either(meaning, inShort, (className, content) =>
      text(`soft central ${className}`, 18, 0, content),
    );
    return element('g', { transform }, swatch, ...texts);
  });
}

/** A text in two forms, of which a phone shows the narrow one. */
export function either(
  wide: string,
  narrow: string,
  textOf: (className: string, content: string) => string,
): string[] {
  if (wide === narrow) return [textOf('', wide)];
  return [textOf('wide', wide), textOf('narrow', narrow)];
}
