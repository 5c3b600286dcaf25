import { asLeaving, isLeaving } from '../src/leaving.js';
import { errorOf } from './support/error-of.js';

describe('asLeaving', () => {
  it('lasts as long as its work, and what that brings about by leaving', () => {
    const seen: boolean[] = [isLeaving()];
    asLeaving(() => {
      asLeaving(() => seen.push(isLeaving()));
      seen.push(isLeaving());
    });

    expect([...seen, isLeaving()]).toEqual([false, true, true, false]);
  });

  it('is over when its work throws, which the caller is told', () => {
    const error = errorOf(() =>
      asLeaving(() => {
        throw new Error('no');
      }),
    );

    expect([error, isLeaving()]).toEqual([new Error('no'), false]);
  });
});
