import { spawnSync } from 'node:child_process';
import { map, type Observable, of, Subject, switchMap, timer } from 'rxjs';
import { type Done, LLMService, type LLMServiceOptions, runServices } from '../src/index.js';
import { endsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

const turns = async (count = 10) => {
  for (let n = 0; n < count; n++) await Promise.resolve();
};

/** Answers after 5 ms; notes what it does. */
class Logged extends LLMService<string, string> {
  readonly log: string[] = [];

  constructor(
    readonly tag: string,
    readonly time: VirtualTime,
    options: Partial<LLMServiceOptions> = {},
  ) {
    super({ modelName: 'm', serviceTag: tag, scheduler: time, ...options });
  }

  override acquireResources(): Done {
    this.log.push('acquired');
  }

  override releaseResources(): Done {
    this.log.push('released');
  }

  protected process(request: string): Observable<string> {
    this.log.push(`starts ${request}`);
    return timer(5, this.time).pipe(map(() => `${this.tag} ${request}`));
  }
}

describe('runServices, the services as one', () => {
  let time: VirtualTime;
  let a: Logged;
  let b: Logged;

  beforeEach(() => {
    time = new VirtualTime();
    a = new Logged('a', time);
    b = new Logged('b', time);
  });

  const starts = () => [...a.log, ...b.log].filter((step) => step.startsWith('starts'));

  it('are paused and resumed together, in the same turn', async () => {
    const all = runServices([a, b], async (running) => {
      running.pause();
      const answers = [a.callAsync('1'), b.callAsync('2')];
      expect([a.toJSON().status, b.toJSON().status]).toEqual(['paused', 'paused']);
      expect(starts()).toEqual([]);
      running.resume();
      expect(starts()).toEqual(['starts 1', 'starts 2']);
      time.flush();
      return Promise.all(answers);
    });

    await expect(all).resolves.toEqual(['a 1', 'b 2']);
    expect([a.log.at(-1), b.log.at(-1)]).toEqual(['released', 'released']);
  });

  it('are idle when each of them is', async () => {
    let isIdle = false;
    const done = runServices([a, b], async (running) => {
      endsOf(a.call('1'));
      time.advanceTo(3);
      endsOf(b.call('2'));
      const idle = running.onIdle().then(() => (isIdle = true));
      time.advanceTo(5);
      await turns();
      expect([isIdle, a.toJSON().inFlight, b.toJSON().inFlight]).toEqual([false, 0, 1]);
      time.advanceTo(8);
      await idle;
    });
    await done;

    expect(isIdle).toBe(true);
  });

  // Calls of one bring about calls of another: that each has been idle for a moment says little.
  it('are idle only when all of them are at once', async () => {
    const idleAt: string[] = [];
    await runServices([a, b], async (running) => {
      endsOf(
        a.call('1').pipe(
          switchMap(() => b.call('2')),
          switchMap(() => a.call('3')),
        ),
      );
      const inFlight = () => `${a.toJSON().inFlight}+${b.toJSON().inFlight}`;
      const idle = running.onIdle().then(() => idleAt.push(`${time.now()}: ${inFlight()}`));
      for (const at of [5, 10, 15]) {
        time.advanceTo(at);
        await turns();
      }
      await idle;
    });

    expect(idleAt).toEqual(['15: 0+0']);
  });

  it('are idle at once when nothing was called', async () => {
    await expect(runServices([a, b], (running) => running.onIdle())).resolves.toBeUndefined();
  });

  it('may be closed early: calls finish, and then none is taken', async () => {
    const ends: unknown[][] = [];
    await runServices([a, b], async (running) => {
      ends.push(endsOf(a.call('1')));
      const closed = running.close();
      time.flush();
      await closed;
      expect([a.toJSON().status, b.toJSON().status]).toEqual(['closed', 'closed']);
      ends.push(endsOf(b.call('2')));
    });

    expect(ends).toEqual([['a 1', '|'], [expect.objectContaining({ code: 'SERVICE_CLOSED' })]]);
    expect([a.log, b.log]).toEqual([
      ['acquired', 'starts 1', 'released'],
      ['acquired', 'released'],
    ]);
  });

  it('may be abandoned: all that they have ends with ServiceClosedError', async () => {
    const ends: unknown[][] = [];
    await runServices([a, b], async (running) => {
      ends.push(endsOf(a.call('1')));
      b.pause();
      ends.push(endsOf(b.call('2')));
      await running.close({ abandon: true });
    });

    const closed = [expect.objectContaining({ code: 'SERVICE_CLOSED' })];
    expect([ends, starts()]).toEqual([[closed, closed], ['starts 1']]);
    expect(time.timers).toBe(0);
  });

  it('that are paused when the work ends finish all the same, and close', async () => {
    const ends: unknown[][] = [];
    const done = runServices([a, b], (running) => {
      running.pause();
      ends.push(endsOf(a.call('1')), endsOf(b.call('2')));
      return 'done';
    });
    await turns();
    time.flush();

    await expect(done).resolves.toBe('done');
    expect(ends).toEqual([
      ['a 1', '|'],
      ['b 2', '|'],
    ]);
  });

  it('close all, though one of them fails to release; the error of that one is told', async () => {
    const fault = new Error('no way');
    a.releaseResources = () => {
      throw fault;
    };
    let closing: unknown;
    const done = runServices([a, b], async (running) => {
      closing = await running.close().catch((error: unknown) => error);
      return 'done';
    });

    await expect(done).rejects.toBe(fault);
    expect(closing).toBe(fault);
    expect(b.log).toEqual(['acquired', 'released']);
  });

  it('are given to work that errors too, which is what is told', async () => {
    const done = runServices([a], (running) => {
      running.pause();
      throw new Error('of the work');
    });

    await expect(done).rejects.toThrow('of the work');
    expect(a.toJSON().status).toBe('closed');
  });

  it('may be controlled from an Observable of work', async () => {
    const done = runServices([a, b], (running) => {
      running.pause();
      timer(20, time).subscribe(() => running.resume());
      return a.call('1');
    });
    await turns();
    time.flush();

    await expect(done).resolves.toBe('a 1');
    expect(time.now()).toBe(25);
  });
});

describe('A service in a block of await using', () => {
  it('lets its calls finish and releases at the end of the block', async () => {
    const time = new VirtualTime();
    const ends: unknown[][] = [];
    let log: string[];
    {
      await using service = new Logged('a', time);
      log = service.log;
      ends.push(endsOf(service.call('1')));
      queueMicrotask(() => time.flush());
    }

    expect([ends, log]).toEqual([[['a 1', '|']], ['acquired', 'starts 1', 'released']]);
  });

  it('is closed though it was paused, and though the block throws', async () => {
    const time = new VirtualTime();
    const ends: unknown[][] = [];
    const block = async () => {
      await using service = new Logged('a', time);
      service.pause();
      ends.push(endsOf(service.call('1')));
      queueMicrotask(() => time.flush());
      throw new Error('of the block');
    };

    await expect(block()).rejects.toThrow('of the block');
    expect(ends).toEqual([['a 1', '|']]);
  });
});

describe('A service that has nothing to do', () => {
  const ALL = {
    ...{ timeout: 60_000, queueTimeout: 60_000 },
    ...{ firstChunkTimeout: 60_000, chunkTimeout: 60_000 },
  };

  it.each<[string, (service: LLMService<string, string>, work$: Subject<string>) => void]>([
    ['was never called', () => {}],
    ['has answered', (service) => void endsOf(service.call('now', { deadline: 60_000 }))],
    ['was left', (service) => service.call('later').subscribe().unsubscribe()],
    [
      'has failed',
      (service, work$) => {
        endsOf(service.call('later'));
        work$.error(new Error('no'));
      },
    ],
    [
      'was paused and left',
      (service) => {
        service.pause();
        service.call('x').subscribe().unsubscribe();
      },
    ],
    ['is paused', (service) => service.pause()],
    [
      'was abandoned',
      (service) => {
        endsOf(service.call('later'));
        void service.close({ abandon: true });
      },
    ],
    [
      'was closed',
      (service) => {
        endsOf(service.call('now'));
        void service.close();
      },
    ],
    ['is waited for to be idle', (service) => void service.onIdle()],
  ])('holds no timer: it %s', (_what, use) => {
    const time = new VirtualTime();
    const work$ = new Subject<string>();
    const service = LLMService.of<string, string>({
      ...{ modelName: 'm', scheduler: time, ...ALL, retry: { maxAttempts: 1 } },
      process: (request) => (request === 'now' ? of('a') : work$),
    });
    use(service, work$);

    expect(time.timers).toBe(0);
  });

  // What holds a process is not only what a scheduler knows of.
  it('keeps no process alive', () => {
    const program = `
      import { NEVER, of } from 'rxjs';
      import { LLMService, runServices } from './src/index.ts';
      const work = (request) => (request === 'never' ? NEVER : of(request));
      const all = { timeout: 60_000, queueTimeout: 60_000, chunkTimeout: 60_000, deadline: 60_000 };
      const uses = {
        idle: (service) => service.callAsync('a', all),
        paused: (service) => (service.pause(), service.call('a').subscribe()),
        cancelled: (service) => service.call('never', all).subscribe().unsubscribe(),
        working: (service) => service.call('never').subscribe(),
        waited: (service) => (service.call('never').subscribe(), void service.onIdle()),
        abandoned: (service) => {
          service.callAsync('never', all).catch(() => {});
          return service.close({ abandon: true });
        },
        closed: (service) => service.callAsync('a', all).then(() => service.close()),
        run: (service) => runServices([service], (running) => {
          running.pause();
          service.call('a', all).subscribe();
        }),
      };
      for (const [what, use] of Object.entries(uses)) {
        await use(LLMService.of({ modelName: 'm', process: work }));
        if (process.getActiveResourcesInfo().includes('Timeout')) console.log(what, 'holds a timer');
      }
      console.log('done');
    `;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
    const { stdout, stderr, signal } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 30_000,
    });

    expect([stdout, stderr, signal]).toEqual(['done\n', '', null]);
  }, 40_000);
});
