// The few elements that the picture is made of, as text.

type Attributes = Readonly<Record<string, string | number>>;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => ` ${key}="${shown(value)}"`);
  const opening = `<${name}${given.join('')}`;
  return children.length > 0 ? `${opening}>${children.join('\n')}</${name}>` : `${opening}/>`;
}

export function rect(className: string, box: Box): string {
  const { x, y, width, height } = box;
  return element('rect', { class: className, x, y, width, height });
}

export function circle(className: string, cx: number, cy: number, r: number): string {
  return element('circle', { class: className, cx, cy, r });
}

export function path(className: string, d: string): string {
  return element('path', { class: className, d });
}

export function horizontal(className: string, y: number, from: number, to: number): string {
  return path(className, `M${rounded(from)} ${rounded(y)}H${rounded(to)}`);
}

export function vertical(className: string, x: number, from: number, to: number): string {
  return path(className, `M${rounded(x)} ${rounded(from)}V${rounded(to)}`);
}

export function text(className: string, x: number, y: number, content: string): string {
  return element('text', { class: className, x, y }, escaped(content));
}

/** One text of parts, each with a class of its own. */
export function texts(
  className: string,
  [x, y]: readonly [number, number],
  ...parts: readonly (readonly [className: string, content: string])[]
): string {
  const spans = parts.map(([own, content]) => element('tspan', { class: own }, escaped(content)));
  return element('text', { class: className, x, y }, spans.join(''));
}

export function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Nobody sees less than a tenth of a px. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Where on the paper a value is drawn. */
type Scale = (value: number) => number;

export function scale(
  [least, most]: readonly [number, number],
  [from, to]: readonly [number, number],
): Scale {
  return (value) => from + ((to - from) * (value - least)) / (most - least);
}

function shown(value: string | number): string {
  return typeof value === 'number' ? String(rounded(value)) : escaped(value.trim());
}
