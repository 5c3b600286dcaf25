import { safeWeights, weightOf } from '../../src/queue/tenant-weights.js';
import { errorOf } from '../support/error-of.js';

describe('weightOf', () => {
  it('is nothing where all weigh the same', () => {
    expect(weightOf(undefined)).toBeUndefined();
  });

  it.each([
    ['what the record says', 'paying', 3],
    ['1 for one that the record does not name', 'other', 1],
    ['1 for what every object inherits', 'constructor', 1],
    ['1 for those without a tenant, though one be called so', undefined, 1],
    ['what is said of one that is called undefined', 'undefined', 5],
  ])('is %s', (_, tenant, weight) => {
    expect(weightOf({ paying: 3, undefined: 5 })?.(tenant)).toBe(weight);
  });

  it('asks a function, of those without a tenant, too', () => {
    const weights = weightOf((tenant) => (tenant === undefined ? 2 : tenant.length));

    expect(weights?.('abc')).toBe(3);
    expect(weights?.(undefined)).toBe(2);
  });

  it('takes nothing from a function but a weight', () => {
    expect(errorOf(() => weightOf(() => 0)?.('a'))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe('safeWeights', () => {
  it('is nothing where all weigh the same', () => {
    expect(safeWeights(undefined, jest.fn())).toBeUndefined();
  });

  it('gives what it is given', () => {
    const onFault = jest.fn();

    expect(safeWeights((tenant) => tenant?.length ?? 9, onFault)?.('abc')).toBe(3);
    expect(onFault).not.toHaveBeenCalled();
  });

  it('takes one for as heavy as others when its weight cannot be told, and tells why', () => {
    const fault = new Error('no weight');
    const onFault = jest.fn();
    const weights = safeWeights(() => {
      throw fault;
    }, onFault);

    expect(weights?.('a')).toBe(1);
    expect(onFault.mock.calls).toEqual([[fault]]);
  });
});
