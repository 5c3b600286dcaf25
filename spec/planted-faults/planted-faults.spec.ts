import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorOf } from '../support/error-of.js';
import { faults } from './faults.js';
import { plant } from './plant.js';

const read = (file: string) => readFileSync(join(__dirname, '../..', file), 'utf8');

describe('a planted fault', () => {
  it.each(faults)('fits: $name', (fault) => {
    const source = read(fault.file);

    expect(plant(source, fault)).not.toBe(source);
    expect(read(fault.spec)).toContain('describe(');
  });

  it('has a name of its own', () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  });

  it.each([
    ['no more', 'if (now <= at) go();'],
    ['2 times', 'if (now < at) go(); if (now < at) go();'],
  ])('says that it fits no more where the source holds it %s', (times, source) => {
    const fault = { name: 'goes late', file: 'src/go.ts', find: 'now < at', replace: 'now <= at' };

    expect(errorOf(() => plant(source, fault))).toMatchObject({
      message: `The planted fault “goes late” fits no more: src/go.ts holds "now < at" ${times}. Look for where this is done now, and say so in spec/planted-faults/faults.ts.`,
    });
  });

  it('is that edit and no other, whatever it is made of', () => {
    const fault = { name: '', file: '', find: '$&', replace: "$1 $' $$" };

    expect(plant('a $& b', fault)).toBe("a $1 $' $$ b");
  });
});
