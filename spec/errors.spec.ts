import {
  InvalidOptionError,
  NoReservationError,
  NoResponseError,
  QueueFullError,
  QuotaExceededError,
  RxllmError,
} from '../src/index.js';
import { closedError } from '../src/closed-error.js';

const errors = [
  // error, name, code, data
  [
    new InvalidOptionError('quotas[1].limit', '-5', 'a finite number above 0'),
    'InvalidOptionError',
    'INVALID_OPTION',
    { option: 'quotas[1].limit', value: '-5', allowed: 'a finite number above 0' },
  ],
  [
    closedError('EchoService-echo-1'),
    'ServiceClosedError',
    'SERVICE_CLOSED',
    { service: 'EchoService-echo-1' },
  ],
  [new QueueFullError(5), 'QueueFullError', 'QUEUE_FULL', { queueLimit: 5 }],
  [
    new QuotaExceededError('tokens', 812, 500),
    'QuotaExceededError',
    'QUOTA_EXCEEDED',
    { unit: 'tokens', cost: 812, limit: 500 },
  ],
  [
    new NoResponseError('EchoService-echo-1'),
    'NoResponseError',
    'NO_RESPONSE',
    { service: 'EchoService-echo-1' },
  ],
  [new NoReservationError(), 'NoReservationError', 'NO_RESERVATION', {}],
] as const;

const kinds = errors.map(([error]) => error.constructor as typeof RxllmError);

describe('RxllmError', () => {
  it.each(errors)('%s has a name, a stable code and its data', (error, name, code, data) => {
    expect(error).toMatchObject({ name, code, ...data });
    expect((error.constructor as typeof RxllmError).code).toBe(code);
  });

  it.each(errors)(
    '%s begins its message with rxllm and says its data',
    (error, _name, _code, data) => {
      expect(error.message).toMatch(/^rxllm: /);
      for (const value of Object.values(data)) expect(error.message).toContain(String(value));
    },
  );

  it.each(errors)('%s is an Error with a stack, of its own kind only', (error) => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(RxllmError);
    expect(error.stack).toContain(error.message);
    expect(kinds.filter((kind) => error instanceof kind)).toEqual([error.constructor]);
  });

  it('says of a closed service what code to write', () => {
    expect(closedError('EchoService-echo-1').message).toContain('runServices([service]');
  });

  it('keeps the cause', () => {
    const cause = new Error('why');

    expect(new RxllmError('SOME_CODE', 'what', { cause })).toMatchObject({
      cause,
      name: 'SomeCodeError',
    });
    expect(new RxllmError('SOME_CODE', 'what')).not.toHaveProperty('cause');
  });

  it('is none of what only looks like it', () => {
    const lookAlikes = [
      new Error('rxllm: option'),
      Object.assign(new Error(), { code: 'QUEUE_FULL' }),
      { code: 'QUEUE_FULL', name: 'QueueFullError' },
      'QUEUE_FULL',
      null,
      undefined,
      5,
    ];

    for (const value of lookAlikes) {
      expect(value instanceof RxllmError).toBe(false);
      expect(value instanceof QueueFullError).toBe(false);
    }
  });

  it('is known across two copies of the package', () => {
    jest.isolateModules(() => {
      const other = jest.requireActual<typeof import('../src/index.js')>('../src/index.js');
      expect(other.QueueFullError).not.toBe(QueueFullError);
      const error = new other.QueueFullError(5);

      expect(error instanceof RxllmError).toBe(true);
      expect(error instanceof QueueFullError).toBe(true);
      expect(error instanceof QuotaExceededError).toBe(false);
      expect(new QueueFullError(5) instanceof other.QueueFullError).toBe(true);
    });
  });

  it('can be extended: by a kind with a code of its own, and by one without', () => {
    class GateClosedError extends RxllmError {
      static override readonly code = 'GATE_CLOSED';
    }
    class NarrowQueueFullError extends QueueFullError {}
    const gate = new GateClosedError('GATE_CLOSED', 'the gate is closed');

    expect([gate instanceof GateClosedError, gate instanceof QueueFullError]).toEqual([
      true,
      false,
    ]);
    expect(new QueueFullError(1) instanceof NarrowQueueFullError).toBe(false);
    expect(new NarrowQueueFullError(1) instanceof NarrowQueueFullError).toBe(true);
    expect(new NarrowQueueFullError(1) instanceof QueueFullError).toBe(true);
  });

  it('has a name and a code when it is printed, and shows no brand', () => {
    const error = new QueueFullError(5);

    expect(String(error)).toBe(`QueueFullError: ${error.message}`);
    expect(Object.keys(error).sort()).toEqual(['code', 'queueLimit', 'wasDropped']);
  });
});
