import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCalls } from '../../examples/pictures/calls-run.js';
import { LIMIT, MINUTES, runMinutes, SEED } from '../../examples/pictures/minutes-run.js';
import { oneWindowPicture } from '../../examples/pictures/one-window.js';
import { proveQuota } from '../quota-proof/prove-quota.js';

const file = join(__dirname, '../../examples/pictures/one-window.svg');
const picture = readFileSync(file, 'utf8');

describe('the picture of one window', () => {
  it('shows what is measured today: else draw it again with draw-one-window.ts', () => {
    expect(oneWindowPicture()).toBe(picture);
  });

  it('is well-formed XML, small, and needs nothing else', () => {
    expect(problemIn(picture)).toBeUndefined();
    expect(Buffer.byteLength(picture)).toBeLessThan(40_000);
    expect(picture).not.toMatch(/<script|<image|<foreignObject|\bhref|@import|url\((?!#)/i);
  });

  it('says what it shows to who does not see it, and knows dark mode', () => {
    expect(picture).toMatch(/^<svg [^>]*role="img" aria-labelledby="title description">/);
    expect(picture).toMatch(/<title id="title">One window of a quota.*<\/title>/);
    expect(picture).toMatch(/<desc id="description">[^<]*Call c waits 1,250 ms[^<]*<\/desc>/);
    expect(picture).toContain('@media (prefers-color-scheme: dark)');
  });

  it('has no text below 13 px', () => {
    const sizes = [...picture.matchAll(/font(?:-size)?: (\d+)px/g)].map(([, size]) => Number(size));
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(13);
  });

  it('has blocks that are together as high as what the quota charged', () => {
    const { spans, levels } = runCalls();
    const blocksAt = (at: number) =>
      spans
        .filter(({ startedAt, leavesAt }) => startedAt <= at && at < leavesAt)
        .map(({ settledAt, settledTo, reserved }) => (at < settledAt ? reserved : settledTo))
        .reduce((sum, tokens) => sum + tokens, 0);

    expect(levels.length).toBeGreaterThan(3);
    expect(levels.map(({ at }) => blocksAt(at))).toEqual(levels.map(({ tokens }) => tokens));
  });

  it.each(['rxllm', 'original'] as const)('has the figures of the proof: %s', (policy) => {
    const about = { limitModel: 'sliding-log', charge: 'real', limit: LIMIT, seed: SEED } as const;
    const { totalShare, refused429, largestWindow } = proveQuota({
      ...about,
      policy,
      minutes: MINUTES,
    });
    const { usedShare, refusedAt, levels } = runMinutes(policy);

    expect(usedShare).toBeCloseTo(totalShare, 9);
    expect(refusedAt).toHaveLength(refused429);
    expect(Math.max(...levels.map(({ tokens }) => tokens)) / LIMIT).toBeCloseTo(largestWindow, 9);
  });
});

/** What is not well-formed in an XML of elements, attributes and text, which is all that the picture has. */
function problemIn(xml: string): string | undefined {
  const open: string[] = [];
  const rest = xml.replace(
    /<(\/?)([a-z]+)((?: [a-zA-Z-]+="(?:[^"<&]|&\w+;)*")*)(\/?)>/g,
    (tag, closing: string, name: string, _attributes: string, isEmpty: string) => {
      if (closing && open.pop() !== name) return `<${tag}`;
      if (!closing && !isEmpty) open.push(name);
      return '';
    },
  );
  if (open.length > 0) return `<${open.join('><')}> not closed`;
  return /<.*|&(?!(?:lt|gt|amp|quot);).*/.exec(rest)?.[0];
}
