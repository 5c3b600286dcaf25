import { Component, inject, InjectionToken, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { LLMService } from 'rxllm';
import { callSignal, injectLLMService, provideLLMService, stateSignal } from 'rxllm/angular';
import { FakeService } from 'rxllm/testing';
import { VirtualTime } from '../support/virtual-time.js';
import { initTestBed } from './support/init-test-bed.js';
import type { PlainNode } from './support/plain-node.js';

beforeAll(initTestBed);

const CHAT = new InjectionToken<LLMService<string, string>>('CHAT');
const TIME = new InjectionToken<VirtualTime>('TIME');

class Ask {
  private readonly chat = injectLLMService(CHAT);
  private readonly time = inject(TIME);
  readonly prompt = signal<string | undefined>(undefined);
  readonly answer = callSignal(this.chat, this.prompt, {
    initialValue: '',
    accumulate: (text, piece) => text + piece,
  });
  readonly state = stateSignal(this.chat, { everyMs: 5, scheduler: this.time });

  ask(prompt: string) {
    this.prompt.set(prompt);
  }
}

// What @Component does, as a function: these specs are compiled without decorators.
Component({
  selector: 'app-ask',
  template: `
    <button (click)="ask('hello')">Ask</button>
    <p>{{ answer.status() }}: {{ answer.value() }} ({{ state().inFlight }} in flight)</p>
  `,
})(Ask);

/** The component as users have it: no zone, and nobody who tells Angular to look. */
function render() {
  const time = new VirtualTime();
  TestBed.configureTestingModule({
    providers: [
      { provide: TIME, useValue: time },
      provideLLMService(CHAT, () => new FakeService({ answers: '--abc---d|', scheduler: time })),
    ],
  });
  const fixture = TestBed.createComponent(Ask);
  const page = fixture.nativeElement as PlainNode;
  const drawn = async (): Promise<string> => {
    await new Promise((resolve) => setTimeout(resolve)); // after that of Angular's scheduler
    return page.find('p')?.textContent ?? 'nothing';
  };
  const service = TestBed.inject(CHAT) as FakeService;
  return { time, fixture, page, drawn, service };
}

describe('a component without zones', () => {
  it('draws an answer piece by piece', async () => {
    const { time, page, drawn } = render();
    expect(await drawn()).toBe('idle:  (0 in flight)');
    page.find('button')?.dispatch('click');
    expect(await drawn()).toBe('loading:  (0 in flight)');
    time.advance(2);
    expect(await drawn()).toBe('streaming: a (0 in flight)');
    time.advance(3);
    expect(await drawn()).toBe('streaming: abc (1 in flight)');
    time.advance(20);
    expect(await drawn()).toBe('resolved: abcd (0 in flight)');
  });

  it('is stable when the answer is there', async () => {
    const { time, page, fixture, drawn } = render();
    page.find('button')?.dispatch('click');
    await drawn();
    const stable = fixture.whenStable();
    time.flush();
    await stable;

    expect(page.find('p')?.textContent).toContain('resolved: abcd');
  });

  it('cancels its call when it is destroyed, and leaves the service to others', async () => {
    const { time, page, fixture, drawn, service } = render();
    page.find('button')?.dispatch('click');
    await drawn();
    time.advance(3);
    fixture.destroy();

    expect(service.asked).toMatchObject([{ name: 'hello', end: 'cancelled', endedAt: 3 }]);
    expect(service.toJSON().status).toBe('running');
    expect(time.timers).toBe(0);
    expect(fixture.componentInstance.answer.isLoading()).toBe(false);
  });

  it('ends with the application, and the service with it', async () => {
    const { time, page, drawn, service } = render();
    page.find('button')?.dispatch('click');
    await drawn();
    TestBed.resetTestingModule();

    expect(service.asked).toMatchObject([{ end: 'cancelled' }]);
    expect(service.toJSON().status).toBe('closed');
    expect(time.timers).toBe(0);
  });
});
