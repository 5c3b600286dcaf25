import {
  createEnvironmentInjector,
  EnvironmentInjector,
  InjectionToken,
  runInInjectionContext,
  signal,
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { concatMap, delay, from, of } from 'rxjs';
import {
  callSignal,
  injectLLMService,
  provideLLMService,
  stateSignal,
  usageSignal,
} from 'rxllm/angular';
import { LLMService, requestsPerMinute } from 'rxllm/lite';
import { VirtualTime } from '../support/virtual-time.js';
import { initTestBed } from './support/init-test-bed.js';

beforeAll(initTestBed);

const CHAT = new InjectionToken<LLMService<string, string>>('CHAT');

/** Answers letter by letter, 1 ms each. */
function lettersOf(time: VirtualTime) {
  return (prompt: string) =>
    from(prompt).pipe(concatMap((letter) => of(letter).pipe(delay(1, time))));
}

describe('a service of rxllm/lite in Angular', () => {
  it('is provided, streams into signals, shows its state and usage, and closes with its injector', async () => {
    const time = new VirtualTime();
    const makeChat = () =>
      LLMService.of({
        modelName: 'echo-1',
        quotas: [requestsPerMinute(5)],
        scheduler: time,
        process: lettersOf(time),
      });
    const injector = createEnvironmentInjector(
      [provideLLMService(CHAT, makeChat)],
      TestBed.inject(EnvironmentInjector),
    );
    const chat = runInInjectionContext(injector, () => injectLLMService(CHAT));
    const prompt = signal<string | undefined>('hey');
    const answer = callSignal(chat, prompt, {
      initialValue: '',
      accumulate: (text, letter) => text + letter,
      injector,
    });
    const state = stateSignal(chat, { everyMs: 1, scheduler: time, injector });
    const usage = usageSignal(chat, { everyMs: 1, scheduler: time, injector });
    TestBed.tick();
    time.advance(2);

    expect([answer.status(), answer.value(), answer.step()]).toEqual([
      'streaming',
      'he',
      undefined,
    ]);
    expect(state()).toMatchObject({ status: 'running', inFlight: 1 });
    expect(usage()).toEqual({ requests: 1 });

    prompt.set('you');
    TestBed.tick();
    time.advance(3);
    expect([answer.status(), answer.value()]).toEqual(['resolved', 'you']);
    expect(usage()).toEqual({ requests: 2 });

    injector.destroy();
    await chat.close();
    expect(chat.toJSON()).toMatchObject({ status: 'closed', inFlight: 0, queued: 0 });
  });
});
