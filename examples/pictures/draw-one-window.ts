// npx tsx examples/pictures/draw-one-window.ts
//
// Draws the README's picture of one window again, from two runs in virtual time: what it shows is measured,
// and the same runs give the same file. calls-run.ts is the run to learn from.
import { writeFileSync } from 'node:fs';
import { oneWindowPicture } from './one-window.js';

const file = new URL('one-window.svg', import.meta.url);
writeFileSync(file, oneWindowPicture());
