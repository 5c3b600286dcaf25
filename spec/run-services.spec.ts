import { concat, defer, EMPTY, forkJoin, NEVER, of, throwError } from 'rxjs';
import { LLMService, runServices } from '../src/index.js';

interface Hooks {
  acquire?: () => unknown;
  release?: () => unknown;
}

const log: string[] = [];

class Logged extends LLMService<string, string> {
  constructor(
    tag: string,
    private readonly hooks: Hooks = {},
  ) {
    super({ modelName: 'echo-1', serviceTag: tag });
  }

  override acquireResources() {
    log.push(`acquire ${this.serviceTag}`);
    return this.hooks.acquire?.() as void;
  }

  override releaseResources() {
    log.push(`release ${this.serviceTag}`);
    return this.hooks.release?.() as void;
  }

  protected override process(prompt: string) {
    return Promise.resolve(`${this.serviceTag}: ${prompt}`);
  }
}

const fail = (message: string) => () => {
  throw new Error(message);
};

async function* counted() {
  yield 1;
  yield 2;
}

describe('runServices', () => {
  let a: Logged;
  let b: Logged;

  beforeEach(() => {
    log.length = 0;
    a = new Logged('a');
    b = new Logged('b');
  });

  it('acquires each, works, releases each once, and resolves to what the work gave', async () => {
    const answers = await runServices([a, b], () => {
      log.push('work');
      return forkJoin([a.call('one'), b.call('two')]);
    });

    expect(answers).toEqual(['a: one', 'b: two']);
    expect(log).toEqual(['acquire a', 'acquire b', 'work', 'release a', 'release b']);
  });

  it('acquires before the work begins, also when that takes its time', async () => {
    const slow = new Logged('slow', {
      acquire: () => Promise.resolve().then(() => log.push('ready')),
    });
    await runServices([slow, b], () => log.push('work'));

    expect(log).toEqual([
      'acquire slow',
      'acquire b',
      'ready',
      'work',
      'release slow',
      'release b',
    ]);
  });

  it.each<[string, unknown, unknown]>([
    ['a value', 5, 5],
    ['nothing', undefined, undefined],
    ['null', null, null],
    ['a text', 'abc', 'abc'],
    ['a list', ['a', 'b'], ['a', 'b']],
    ['an object', { tokens: 5 }, { tokens: 5 }],
    ['a map', new Map([['a', 1]]), new Map([['a', 1]])],
    ['a promise', Promise.resolve('later'), 'later'],
    ['a promise of a list', Promise.resolve(['a', 'b']), ['a', 'b']],
    ['a thenable', { then: (done: (value: string) => void) => done('then') }, 'then'],
    ['an Observable, by its last value', of(1, 2, 3), 3],
    ['an Observable without a value', EMPTY, undefined],
    ['an async iterable, by its last value', counted(), 2],
  ])('resolves to %s', async (_what, result, value) => {
    await expect(runServices([a], () => result)).resolves.toEqual(value);
    expect(log).toEqual(['acquire a', 'release a']);
  });

  it.each<[string, () => unknown]>([
    ['throws', fail('of the work')],
    ['rejects', () => Promise.reject(new Error('of the work'))],
    ['errors', () => throwError(() => new Error('of the work'))],
    ['errors after values', () => concat(of(1), defer(fail('of the work')))],
  ])('rejects with what the work %s with, and closes all the same', async (_how, work) => {
    await expect(runServices([a, b], work)).rejects.toThrow('of the work');

    expect(log).toEqual(['acquire a', 'acquire b', 'release a', 'release b']);
    await expect(a.callAsync('more')).rejects.toMatchObject({ code: 'SERVICE_CLOSED' });
  });

  it('lets calls that are under way finish before it closes', async () => {
    const answers: string[] = [];
    await runServices([a], () => {
      a.call('left behind').subscribe((answer) => answers.push(answer));
      log.push('work done');
    });

    expect(answers).toEqual(['a: left behind']);
    expect(log).toEqual(['acquire a', 'work done', 'release a']);
  });

  it('takes no more calls once it has closed', async () => {
    await runServices([a], () => 'done');

    await expect(a.callAsync('more')).rejects.toThrow('runServices([service]');
  });

  describe('when resources fail', () => {
    it.each<[string, () => unknown]>([
      ['throws', fail('of the second')],
      ['rejects', () => Promise.reject(new Error('of the second'))],
      ['errors', () => throwError(() => new Error('of the second'))],
    ])(
      'does no work when acquiring %s in the second, and releases the first',
      async (_how, acquire) => {
        const work = jest.fn();
        const failing = new Logged('b', { acquire });

        await expect(runServices([a, failing], work)).rejects.toThrow('of the second');
        expect(work).not.toHaveBeenCalled();
        expect(log).toEqual(['acquire a', 'acquire b', 'release a']);
      },
    );

    it('rejects with what releasing failed with, when the work went well, and releases the others', async () => {
      const failing = new Logged('a', { release: fail('of releasing') });

      await expect(runServices([failing, b], () => 'done')).rejects.toThrow('of releasing');
      expect(log).toEqual(['acquire a', 'acquire b', 'release a', 'release b']);
    });

    it('rejects with what the work failed with rather than with what releasing did', async () => {
      const failing = new Logged('a', { release: () => Promise.reject(new Error('of releasing')) });

      await expect(runServices([failing, b], fail('of the work'))).rejects.toThrow('of the work');
      expect(log).toContain('release b');
    });

    it('rejects with what acquiring failed with rather than with what releasing did', async () => {
      const releasing = new Logged('a', { release: fail('of releasing') });
      const acquiring = new Logged('b', { acquire: fail('of acquiring') });

      await expect(runServices([releasing, acquiring], () => 1)).rejects.toThrow('of acquiring');
    });
  });

  it('rejects without services, and does no work', async () => {
    const work = jest.fn();

    await expect(runServices([], work)).rejects.toThrow(
      'rxllm: option services is an empty list; allowed: one service or more',
    );
    expect(work).not.toHaveBeenCalled();
  });

  it('rejects two services of one name, names them, and touches neither', async () => {
    const work = jest.fn();

    await expect(runServices([a, b, new Logged('a')], work)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'services',
      value: expect.stringContaining(a.name),
      allowed: expect.stringContaining('serviceTag'),
    });
    await expect(runServices([a, a], work)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect([log, work.mock.calls]).toEqual([[], []]);
    await expect(a.callAsync('still open')).resolves.toBe('a: still open');
  });

  it('rejects a service that has been closed, and closes the others', async () => {
    await a.close();
    const work = jest.fn();

    await expect(runServices([a, b], work)).rejects.toMatchObject({ code: 'SERVICE_CLOSED' });
    expect(work).not.toHaveBeenCalled();
    expect(log).toEqual(['acquire b', 'release b']);
  });

  it('runs a service that has been in use', async () => {
    await a.callAsync('before');
    await expect(runServices([a], () => a.callAsync('during'))).resolves.toBe('a: during');

    expect(log).toEqual(['acquire a', 'release a']);
  });

  it.each<[string, unknown, unknown, string]>([
    ['no list of services', undefined, () => 1, 'services'],
    ['one service without a list', new Logged('alone'), () => 1, 'services'],
    ['something else among them', [{}], () => 1, 'services'],
    ['nothing among them', [undefined], () => 1, 'services'],
    ['no work', [new Logged('alone')], undefined, 'work'],
    ['work that has begun', [new Logged('alone')], NEVER, 'work'],
  ])('rejects %s, and acquires nothing', async (_what, services, work, option) => {
    await expect(runServices(services as never, work as never)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: expect.stringContaining(option),
    });
    expect(log).toEqual([]);
  });
});
