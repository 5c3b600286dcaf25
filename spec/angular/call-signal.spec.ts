import {
  ApplicationRef,
  computed,
  createEnvironmentInjector,
  EnvironmentInjector,
  runInInjectionContext,
  signal,
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { concat, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { fallback, LLMService, requestsPerMinute } from 'rxllm';
import { callSignal, ThrownValueError } from 'rxllm/angular';
import { FakeService, type FakeServiceOptions } from 'rxllm/testing';
import { errorOf } from '../support/error-of.js';
import { VirtualTime } from '../support/virtual-time.js';
import { initTestBed } from './support/init-test-bed.js';

beforeAll(initTestBed);

let time: VirtualTime;
let injector: EnvironmentInjector;

beforeEach(() => {
  time = new VirtualTime();
  injector = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
});

const RETRY_NEVER = { retry: { maxAttempts: 1 } };

function newService(
  answers: FakeServiceOptions<string, string>['answers'],
  options: Partial<FakeServiceOptions<string, string>> = {},
) {
  return new FakeService({ answers, scheduler: time, ...options });
}

/** What Angular does on a change, and then so many ms. */
function advance(ms: number): void {
  TestBed.tick();
  time.advance(ms);
}

const joined = {
  initialValue: '',
  accumulate: (text: string, piece: string) => text + piece,
};

/** A prompt box: the answer streams in, 1 ms a letter, from 10 ms on. */
function newAsk(answers: FakeServiceOptions<string, string>['answers'] = '----------abc|') {
  const service = newService(answers, RETRY_NEVER);
  const prompt = signal<string | undefined>('hi');
  const answer = callSignal(service, prompt, { ...joined, injector });
  const shown = () => `${answer.status()} '${answer.value()}'`;
  return { service, prompt, answer, shown };
}

describe('callSignal', () => {
  describe('while one call is made', () => {
    it('is idle without a request, and makes no call', () => {
      const service = newService('a|');
      const answer = callSignal(service, () => undefined, { injector });
      advance(10);

      expect(answer.status()).toBe('idle');
      expect(answer.value()).toBeUndefined();
      expect(answer.isLoading()).toBe(false);
      expect(service.asked).toEqual([]);
    });

    it('loads, streams and is resolved', () => {
      const { answer, shown } = newAsk();
      expect(shown()).toBe("loading ''");
      advance(9);
      expect([shown(), answer.isLoading(), answer.hasValue()]).toEqual(["loading ''", true, true]);
      advance(1);
      expect([shown(), answer.isLoading()]).toEqual(["streaming 'a'", true]);
      advance(1);
      expect(shown()).toBe("streaming 'ab'");
      advance(2);
      expect([shown(), answer.isLoading()]).toEqual(["resolved 'abc'", false]);
      expect(answer.error()).toBeUndefined();
    });

    it('shows the latest response where nothing accumulates', () => {
      const answer = callSignal(newService('-ab|'), () => 'hi', { injector });
      expect([answer.value(), answer.hasValue()]).toEqual([undefined, false]);
      advance(1);
      expect([answer.value(), answer.hasValue()]).toEqual(['a', true]);
      advance(2);
      expect([answer.value(), answer.status()]).toEqual(['b', 'resolved']);
    });

    it('shows initialValue until there is a response', () => {
      const answer = callSignal(newService('-a|'), () => 'hi', { injector, initialValue: null });
      expect(answer.value()).toBeNull();
      advance(1);
      expect(answer.value()).toBe('a');
    });

    it('accumulates to a value of another type, from undefined where none is initial', () => {
      const accumulate = (letters: readonly string[] | undefined, letter: string) => [
        ...(letters ?? []),
        letter,
      ];
      const answer = callSignal(newService('ab|'), () => 'hi', { injector, accumulate });
      expect(answer.value()).toBeUndefined();
      advance(2);
      expect(answer.value()).toEqual(['a', 'b']);
    });

    it('is resolved without a response too', () => {
      const { shown } = newAsk('--|');
      advance(2);
      expect(shown()).toBe("resolved ''");
    });

    it('shows an answer that comes in the very turn', () => {
      const process = (prompt: string) => of('echo ', prompt);
      const service = LLMService.of({ modelName: 'm', process });
      const answer = callSignal(service, () => 'hi', { ...joined, injector });
      TestBed.tick();

      expect([answer.status(), answer.value()]).toEqual(['resolved', 'echo hi']);
    });

    it('shows a response that was brought about where signals must not be set', () => {
      const responses$ = new Subject<string>();
      const service = LLMService.of({ modelName: 'm', process: () => responses$ });
      const answer = callSignal(service, () => 'hi', { injector });
      TestBed.tick();
      const careless = computed(() => {
        responses$.next('a');
        return 'drawn';
      });

      expect(careless()).toBe('drawn');
      expect(answer.value()).toBe('a');
    });

    it('tells where the call is: its place in the queue, started, retrying', () => {
      const service = newService(['#', '-----a|'], {
        error: Object.assign(new Error('busy'), { status: 500 }),
        retry: { baseMs: 100, random: () => 0.5 },
        maxConcurrentJobs: 1,
      });
      const before = service.call('before').subscribe({ error: () => {} });
      service.call('also before').subscribe({ error: () => {} });
      const answer = callSignal(service, () => 'hi', { injector });
      expect(answer.step()).toBeUndefined();
      TestBed.tick();
      expect(answer.step()).toMatchObject({ type: 'queued', position: 1 });
      before.unsubscribe();
      time.flush();
      expect(answer.step()).toBeUndefined();
      expect(answer.value()).toBe('a');
    });

    it('tells each step as it happens', () => {
      const error = Object.assign(new Error('busy'), { status: 500 });
      const service = newService(['--#', '--a|'], {
        error,
        retry: { baseMs: 10, random: () => 0.999 },
      });
      const answer = callSignal(service, () => 'hi', { injector });
      TestBed.tick();
      expect(answer.step()).toMatchObject({ type: 'started', attempt: 1 });
      time.advance(2);
      expect(answer.step()).toMatchObject({ type: 'retrying', attempt: 1, error });
      expect(answer.status()).toBe('loading');
      time.advance(10);
      expect(answer.step()).toMatchObject({ type: 'started', attempt: 2 });
      time.flush();
      expect([answer.step(), answer.value()]).toEqual([undefined, 'a']);
    });

    it('hands on the options of calls, one for all or by request', () => {
      const service = newService('-a|');
      const labelled = { callOptions: (label: string) => ({ label: `about ${label}` }), injector };
      callSignal(service, () => 'x', labelled);
      callSignal(service, () => 'y', { callOptions: { label: 'all' }, injector });
      callSignal(service, () => 'z', { callOptions: () => undefined, injector });
      advance(0);

      expect(service.asked.map(({ label }) => label)).toEqual(['about x', 'all', undefined]);
    });

    it('takes several services made into one, of which it tells no steps', () => {
      const several = fallback([newService('#', RETRY_NEVER), newService('-a|')]);
      const answer = callSignal(several, () => 'hi', { injector });
      TestBed.tick();
      expect([answer.status(), answer.step()]).toEqual(['loading', undefined]);
      time.flush();
      expect([answer.status(), answer.value()]).toEqual(['resolved', 'a']);
    });
  });

  describe('when the request changes', () => {
    it('says so at once, with initialValue, before the call is made', () => {
      const { prompt, shown, service } = newAsk();
      advance(12);
      expect(shown()).toBe("streaming 'abc'");

      prompt.set('hello');
      expect(shown()).toBe("loading ''");
      expect(service.asked).toHaveLength(1);
    });

    it('cancels the call before, of which nothing is heard any more', () => {
      const { prompt, shown, service } = newAsk({ hi: '--a--b--c|', hello: '-----x|' });
      advance(2);
      prompt.set('hello');
      time.advance(3); // Angular has not got round to it yet
      expect(shown()).toBe("loading ''");
      advance(5);

      expect(shown()).toBe("streaming 'x'");
      expect(service.asked).toMatchObject([
        { name: 'hi', end: 'cancelled', endedAt: 5 },
        { name: 'hello', startedAt: 5 },
      ]);
    });

    it('frees the permit of a call in flight', () => {
      const service = newService('---------a|', { maxConcurrentJobs: 1 });
      const prompt = signal<string | undefined>('hi');
      callSignal(service, prompt, { injector });
      advance(1);
      service.call('other').subscribe();
      expect(service.toJSON()).toMatchObject({ inFlight: 1, queued: 1 });

      prompt.set(undefined);
      advance(0);
      expect(service.asked.map(({ name, end }) => [name, end])).toEqual([
        ['hi', 'cancelled'],
        ['other', undefined],
      ]);
    });

    it('takes a call that was queued out of the queue, with nothing consumed', () => {
      const service = newService('---------a|', {
        maxConcurrentJobs: 1,
        quotas: [requestsPerMinute(10)],
      });
      service.call('other').subscribe();
      const prompt = signal<string | undefined>('hi');
      callSignal(service, prompt, { injector });
      advance(1);
      expect(service.toJSON().queued).toBe(1);

      prompt.set(undefined);
      advance(0);
      expect(service.toJSON()).toMatchObject({ queued: 0, quotas: [{ used: 1 }] });
      time.advance(20);
      expect(service.asked.map(({ name }) => name)).toEqual(['other']);
    });

    it('makes one call of many changes between two runs of Angular', () => {
      const { prompt, service } = newAsk();
      for (const text of ['h', 'he', 'hel', 'hello']) prompt.set(text);
      advance(0);

      expect(service.asked.map(({ name }) => name)).toEqual(['hello']);
    });

    it('makes no second call of the same value', () => {
      const service = newService('a|');
      const typed = signal('hi');
      const answer = callSignal(service, () => typed().trim(), { injector });
      advance(1);
      typed.set('hi  ');
      expect(answer.status()).toBe('resolved');
      advance(1);

      expect(service.asked).toHaveLength(1);
    });

    it('makes a call of an object that only looks the same', () => {
      const service = new FakeService<{ readonly text: string }, string>({
        answers: 'a|',
        scheduler: time,
      });
      const text = signal('hi');
      const answer = callSignal(service, () => ({ text: text().trim() }), { injector });
      advance(1);
      text.set('hi  ');
      expect(answer.status()).toBe('loading');
      advance(1);

      expect(service.asked).toHaveLength(2);
    });

    it('is idle and has initialValue when there is no request any more', () => {
      const { prompt, shown, service } = newAsk();
      advance(11);
      prompt.set(undefined);
      expect(shown()).toBe("idle ''");
      advance(5);

      expect(shown()).toBe("idle ''");
      expect(service.asked).toMatchObject([{ end: 'cancelled' }]);
    });

    it('does not follow what process and accumulate read', () => {
      const model = signal('a');
      const service = LLMService.of({ modelName: 'm', process: () => of(model()) });
      const request = jest.fn(() => 'hi');
      const accumulate = (text: string, piece: string) => text + piece + model();
      const answer = callSignal(service, request, { injector, initialValue: '', accumulate });
      TestBed.tick();
      model.set('b');
      TestBed.tick();

      expect(answer.value()).toBe('aa');
      expect(request).toHaveBeenCalledTimes(1);
    });
  });

  describe('when something fails', () => {
    it('shows the error and keeps what had come, and nothing throws', () => {
      const { answer, shown } = newAsk('ab#');
      advance(2);

      expect(shown()).toBe("error 'ab'");
      expect([answer.hasValue(), answer.isLoading(), answer.step()]).toEqual([
        false,
        false,
        undefined,
      ]);
    });

    it('shows the very error', () => {
      const error = new Error('no');
      const answer = callSignal(newService('#', { error, ...RETRY_NEVER }), () => 'hi', {
        injector,
      });
      advance(0);

      expect(answer.error()).toBe(error);
      expect(answer.value()).toBeUndefined();
    });

    it('shows what is no error as the cause of one, and not in its message', () => {
      const hostile = {
        get name() {
          throw new Error('do not look');
        },
      };
      for (const error of ['my prompt', undefined, null, { name: 5 }, Symbol('s'), hostile]) {
        const service = newService('#', { error, ...RETRY_NEVER });
        const answer = callSignal(service, () => 'hi', { injector });
        advance(0);

        expect(answer.error()).toBeInstanceOf(ThrownValueError);
        expect(answer.error()).toMatchObject({ code: 'THROWN_VALUE' });
        expect(answer.error()?.cause).toBe(error);
        expect(answer.error()?.message).not.toContain('prompt');
      }
    });

    it('is over with the next request', () => {
      const { prompt, answer, shown } = newAsk({ hi: 'a#', hello: '-b|' });
      advance(1);
      expect(answer.error()).toBeDefined();
      prompt.set('hello');
      expect([shown(), answer.error()]).toEqual(["loading ''", undefined]);
      advance(2);
      expect(shown()).toBe("resolved 'b'");
    });

    it('is an error when the request function throws, until it does no more', () => {
      const service = newService('-a|');
      const error = new Error('no prompt');
      const prompt = signal<string | undefined>('hi');
      const request = () => {
        const text = prompt();
        if (text === undefined) throw error;
        return text;
      };
      const answer = callSignal(service, request, { injector, initialValue: '' });
      TestBed.tick();
      prompt.set(undefined);
      expect([answer.status(), answer.error(), answer.value()]).toEqual(['error', error, '']);
      advance(5);
      expect(service.asked).toMatchObject([{ end: 'cancelled' }]);
      expect(answer.reload()).toBe(false);

      prompt.set('hello');
      advance(2);
      expect([answer.status(), answer.value()]).toEqual(['resolved', 'a']);
    });

    it('is an error too when the request function throws undefined', () => {
      const prompt = signal<string | undefined>(undefined);
      const request = () => {
        if (prompt() === 'bad') throw undefined; // eslint-disable-line @typescript-eslint/only-throw-error -- as a user might
        return prompt();
      };
      const answer = callSignal(newService('a|'), request, { injector });
      expect(answer.status()).toBe('idle');
      prompt.set('bad');
      expect(answer.status()).toBe('error');
      prompt.set(undefined);
      expect(answer.status()).toBe('idle');
    });

    it('ends the call when accumulate throws', () => {
      const service = newService('-ab|', RETRY_NEVER);
      const accumulate = (text: string, piece: string) => {
        if (piece === 'b') throw new Error('cannot add b');
        return text + piece;
      };
      const answer = callSignal(service, () => 'hi', { injector, initialValue: '', accumulate });
      advance(5);

      expect([answer.status(), answer.value()]).toEqual(['error', 'a']);
      expect(answer.error()?.message).toBe('cannot add b');
      expect(service.asked).toMatchObject([{ end: 'cancelled' }]);
    });

    it('is an error when the options of a call are not allowed, or cannot be told', () => {
      const service = newService('a|');
      const wrong = callSignal(service, () => 'hi', {
        injector,
        callOptions: () => ({ priority: 0.5 }),
      });
      const thrown = callSignal(service, () => 'hi', {
        injector,
        callOptions: () => {
          throw new Error('whose call?');
        },
      });
      advance(1);

      expect(wrong.error()).toMatchObject({ code: 'INVALID_OPTION', option: 'call.priority' });
      expect(thrown.error()?.message).toBe('whose call?');
      expect(service.asked).toEqual([]);
    });

    it('shows that the service has closed, under way and afterwards', async () => {
      const { service, answer, prompt } = newAsk();
      advance(5);
      const closed = service.close({ abandon: true });
      expect(answer.error()).toMatchObject({ code: 'SERVICE_CLOSED', wasAbandoned: true });
      await closed;

      prompt.set('again');
      advance(0);
      expect(answer.error()).toMatchObject({ code: 'SERVICE_CLOSED', wasAbandoned: false });
    });
  });

  describe('reload', () => {
    it('makes the call again, and keeps the value until it is answered', () => {
      const { answer, shown, service } = newAsk('--ab|');
      advance(4);
      expect(answer.reload()).toBe(true);
      expect([shown(), answer.isLoading()]).toEqual(["reloading 'ab'", true]);
      advance(1);
      expect(shown()).toBe("reloading 'ab'");
      advance(1);
      expect(shown()).toBe("streaming 'a'");
      advance(2);
      expect(shown()).toBe("resolved 'ab'");
      expect(service.asked).toHaveLength(2);
    });

    it('does so after an error', () => {
      const service = newService(['a#', '-b|'], RETRY_NEVER);
      const answer = callSignal(service, () => 'hi', { ...joined, injector });
      advance(1);
      expect(answer.status()).toBe('error');
      expect(answer.reload()).toBe(true);
      expect([answer.status(), answer.error(), answer.value()]).toEqual([
        'reloading',
        undefined,
        'a',
      ]);
      advance(2);
      expect([answer.status(), answer.value()]).toEqual(['resolved', 'b']);
    });

    it('cancels a call that is streaming', () => {
      const { answer, service, shown } = newAsk('ab---c|');
      advance(1);
      expect(answer.reload()).toBe(true);
      advance(1);

      expect(service.asked).toMatchObject([{ end: 'cancelled' }, { end: undefined }]);
      expect(shown()).toBe("streaming 'ab'");
    });

    it('does nothing while a call has no response yet, and without a request', () => {
      const { answer, prompt, service } = newAsk();
      expect(answer.reload()).toBe(false);
      advance(5);
      expect(answer.reload()).toBe(false);
      advance(8);
      expect(answer.reload()).toBe(true);
      expect(answer.reload()).toBe(false);
      advance(0);
      expect(answer.reload()).toBe(false);
      prompt.set(undefined);
      expect(answer.reload()).toBe(false);
      advance(0);

      expect(service.asked).toHaveLength(2);
    });

    it('shows no answer of before when the new one has no response', () => {
      const service = newService(['a|', '--|']);
      const answer = callSignal(service, () => 'hi', { ...joined, injector });
      advance(1);
      answer.reload();
      advance(2);

      expect([answer.status(), answer.value()]).toEqual(['resolved', '']);
    });

    it('is loading again with the next request', () => {
      const { answer, shown, prompt } = newAsk('a|');
      advance(1);
      answer.reload();
      advance(1);
      prompt.set('hello');

      expect(shown()).toBe("loading ''");
    });
  });

  describe('cancel', () => {
    it('stops the call at once, and keeps what has come', () => {
      const { answer, shown, service } = newAsk('ab--c|');
      advance(1);
      expect(answer.cancel()).toBe(true);

      expect(service.asked).toMatchObject([{ end: 'cancelled', endedAt: 1 }]);
      expect([shown(), answer.isLoading(), answer.step()]).toEqual(["idle 'ab'", false, undefined]);
      advance(9);
      expect(shown()).toBe("idle 'ab'");
      expect(service.asked).toHaveLength(1);
    });

    it('does so before the call has been made', () => {
      const { answer, shown, service } = newAsk();
      expect(answer.cancel()).toBe(true);
      advance(20);

      expect(shown()).toBe("idle ''");
      expect(service.asked).toEqual([]);
    });

    it('does nothing when no call is under way', () => {
      const { answer, shown, prompt } = newAsk({ hi: 'a|', bad: 'b#' });
      advance(1);
      expect(answer.cancel()).toBe(false);
      expect(shown()).toBe("resolved 'a'");
      prompt.set('bad');
      advance(1);
      expect(answer.cancel()).toBe(false);
      expect(shown()).toBe("error 'b'");
      prompt.set(undefined);
      expect(answer.cancel()).toBe(false);
    });

    it('lets the next request, or reload, make a call again', () => {
      const { answer, shown, prompt, service } = newAsk('ab|');
      advance(0);
      answer.cancel();
      expect(answer.reload()).toBe(true);
      advance(2);
      expect(shown()).toBe("resolved 'ab'");
      answer.reload();
      answer.cancel();
      prompt.set('hello');
      advance(2);
      expect(shown()).toBe("resolved 'ab'");
      expect(service.asked).toHaveLength(3);
    });

    it('works from inside the call', () => {
      const torn = jest.fn();
      const service = LLMService.of({
        modelName: 'm',
        process: (): Observable<string> => {
          answer.cancel();
          return concat(of('a'), NEVER);
        },
      });
      const answer = callSignal(service, () => 'hi', { injector, initialValue: '' });
      service.events$.subscribe(({ type }) => {
        if (type === 'cancelled') torn();
      });
      advance(0);

      expect([answer.status(), answer.value()]).toEqual(['idle', '']);
      expect(torn).toHaveBeenCalledTimes(1);
      expect(service.isIdle).toBe(true);
    });
  });

  describe('with its injector', () => {
    it('cancels the call, and sets nothing afterwards', () => {
      const { answer, shown, service, prompt } = newAsk('ab--c|');
      const told = jest.fn(shown);
      const watched = computed(told);
      advance(1);
      injector.destroy();
      expect(service.asked).toMatchObject([{ end: 'cancelled', endedAt: 1 }]);
      expect(watched()).toBe("idle 'ab'");
      expect(answer.isLoading()).toBe(false);
      time.flush();
      expect(watched()).toBe("idle 'ab'");
      expect(told).toHaveBeenCalledTimes(1);

      prompt.set('hello');
      advance(9);
      expect(shown()).toBe("idle ''");
      expect([answer.reload(), answer.cancel()]).toEqual([false, false]);
      expect(service.asked).toHaveLength(1);
    });

    it('never makes a call that it has not made before', () => {
      const { service, shown } = newAsk();
      injector.destroy();
      advance(20);

      expect(service.asked).toEqual([]);
      expect(shown()).toBe("idle ''");
    });

    it('leaves nothing running: no call, and no timer', () => {
      const { service } = newAsk();
      advance(5);
      injector.destroy();

      expect(service.isIdle).toBe(true);
      expect(time.timers).toBe(0);
    });

    it('keeps an answer that was there', () => {
      const { shown, answer } = newAsk('a|');
      advance(1);
      injector.destroy();

      expect(answer.reload()).toBe(false);
      expect(shown()).toBe("resolved 'a'");
    });

    it('takes that of the injection context', () => {
      const service = newService('-----a|');
      runInInjectionContext(injector, () => callSignal(service, () => 'hi'));
      advance(1);
      injector.destroy();

      expect(service.asked).toMatchObject([{ end: 'cancelled' }]);
    });
  });

  describe('makes Angular wait', () => {
    /** Whether rendering on a server, or a test, would go on now. */
    async function isStable(): Promise<boolean> {
      const stable = TestBed.inject(ApplicationRef).whenStable();
      const later = new Promise((resolve) => setTimeout(resolve));
      return Promise.race([stable.then(() => true), later.then(() => false)]);
    }

    it('until the call has been answered', async () => {
      newAsk('-ab|');
      advance(0);
      expect(await isStable()).toBe(false);
      time.advance(1);
      expect(await isStable()).toBe(false);
      time.advance(2);
      expect(await isStable()).toBe(true);
    });

    it.each<[string, (ask: ReturnType<typeof newAsk>) => unknown]>([
      ['has failed', () => time.advance(5)],
      ['was cancelled', ({ answer }) => answer.cancel()],
      ['is not wanted any more', ({ prompt }) => prompt.set(undefined)],
      ['has gone with its component', () => injector.destroy()],
    ])('until it %s', async (_name, end) => {
      const ask = newAsk('-ab-#');
      advance(1);
      expect(await isStable()).toBe(false);
      end(ask);
      TestBed.tick();
      expect(await isStable()).toBe(true);
    });
  });

  it.each([
    ['service', () => callSignal(undefined as never, () => 'hi', { injector })],
    ['service', () => callSignal({ call: 5 } as never, () => 'hi', { injector })],
    ['request', () => callSignal(newService('a|'), 'hi' as never, { injector })],
    ['accumulate', () => callSignal(newService('a|'), () => 'hi', { accumulate: 5 } as never)],
    ['injector', () => callSignal(newService('a|'), () => 'hi', { injector: 5 } as never)],
    ['initial', () => callSignal(newService('a|'), () => 'hi', { initial: '' } as never)],
    ['options', () => callSignal(newService('a|'), () => 'hi', 'fast' as never)],
    [
      'call.priority',
      () => callSignal(newService('a|'), () => 'hi', { callOptions: { priority: 0.5 } }),
    ],
    [
      'call.weight',
      () => callSignal(newService('a|'), () => 'hi', { callOptions: { weight: 5 } as never }),
    ],
  ])('refuses at the door a wrong %s', (option, make) => {
    expect(errorOf(make)).toMatchObject({ code: 'INVALID_OPTION', option });
  });

  it('is refused by Angular where there is no injection context', () => {
    expect(() => callSignal(newService('a|'), () => 'hi')).toThrow(/NG0?203.*callSignal/s);
  });

  it('shows an error of process that has thrown', () => {
    const process = () => throwError(() => new Error('no'));
    const service = LLMService.of({ modelName: 'm', process, ...RETRY_NEVER });
    const answer = callSignal(service, () => 'hi', { injector });
    advance(0);

    expect(answer.error()?.message).toBe('no');
  });
});
