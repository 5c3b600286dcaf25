import '@angular/compiler';
import {
  HttpClient,
  HttpErrorResponse,
  HttpHeaders,
  provideHttpClient,
} from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { EnvironmentInjector, inject, InjectionToken, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { failureOf, LLMService } from 'rxllm';
import { callSignal, injectLLMService, provideLLMService } from 'rxllm/angular';
import { readFailure } from 'rxllm/headers';
import { VirtualTime } from '../support/virtual-time.js';
import { initTestBed } from './support/init-test-bed.js';

beforeAll(initTestBed);

interface Answer {
  readonly text: string;
}
const CHAT = new InjectionToken<LLMService<string, Answer>>('CHAT');

/** A service whose transport is HttpClient, a prompt, and the answer to it. */
function newAsk() {
  const time = new VirtualTime();
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(),
      provideHttpClientTesting(),
      provideLLMService(CHAT, () => {
        const http = inject(HttpClient);
        return LLMService.of({
          modelName: 'gpt-4.1',
          maxConcurrentJobs: 2,
          scheduler: time,
          process: (prompt: string) => http.post<Answer>('/api/ask', { prompt }),
        });
      }),
    ],
  });
  const prompt = signal<string | undefined>('hi');
  const injector = TestBed.inject(EnvironmentInjector);
  const { chat, answer } = TestBed.runInInjectionContext(() => {
    const chat = injectLLMService(CHAT);
    return { chat, answer: callSignal(chat, prompt, { injector }) };
  });
  TestBed.tick();
  return { time, chat, prompt, answer, server: TestBed.inject(HttpTestingController) };
}

function refusal(headers: Record<string, string>, status = 429) {
  return new HttpErrorResponse({ status, headers: new HttpHeaders(headers), url: '/api/ask' });
}

describe('HttpClient as the transport', () => {
  it('sends a call when it is let out, and answers it', () => {
    const { answer, server } = newAsk();
    const sent = server.expectOne('/api/ask');
    expect(sent.request).toMatchObject({ method: 'POST', body: { prompt: 'hi' } });
    sent.flush({ text: 'hello' });

    expect([answer.status(), answer.value()]).toEqual(['resolved', { text: 'hello' }]);
    server.verify();
  });

  it('aborts the HTTP request of a call that nobody wants any more', () => {
    const { prompt, server, chat } = newAsk();
    const first = server.expectOne('/api/ask');
    prompt.set('hello');
    TestBed.tick();

    expect(first.cancelled).toBe(true);
    expect(server.expectOne('/api/ask').request.body).toEqual({ prompt: 'hello' });
    expect(chat.toJSON().inFlight).toBe(1);
  });

  it('aborts it when the application ends', () => {
    const request = newAsk().server.expectOne('/api/ask');
    TestBed.resetTestingModule();

    expect(request.cancelled).toBe(true);
  });

  it('closes the gate for all after a 429, for as long as retry-after says', () => {
    const { time, chat, server, answer } = newAsk();
    const told = { status: 429, statusText: 'Slow down', headers: { 'Retry-After': '20' } };
    server.expectOne('/api/ask').flush(null, told);

    expect(chat.toJSON().gate).toMatchObject({ status: 'closed', reopensAt: 20_000 });
    expect(answer.step()).toMatchObject({ type: 'retrying', attempt: 1 });
    time.advance(19_999);
    server.expectNone('/api/ask');
    time.advance(1);
    server.expectOne('/api/ask').flush({ text: 'hello' });

    expect([answer.status(), answer.value()]).toEqual(['resolved', { text: 'hello' }]);
    expect(chat.toJSON().gate).toMatchObject({ status: 'open' });
  });

  it('shows the HttpErrorResponse of a call that has failed for good', () => {
    const { answer, server } = newAsk();
    server.expectOne('/api/ask').flush('no', { status: 401, statusText: 'Unauthorized' });

    expect(answer.status()).toBe('error');
    expect(answer.error()).toBeInstanceOf(HttpErrorResponse);
    expect(answer.error()).toMatchObject({ status: 401 });
  });
});

describe('failureOf an HttpErrorResponse', () => {
  it.each([
    ['429, and seconds', refusal({ 'retry-after': '7' }), 'rate', 7_000],
    ['429, other capitals', refusal({ 'RETRY-AFTER': '7' }), 'rate', 7_000],
    ['429, and ms', refusal({ 'retry-after-ms': '350', 'retry-after': '1' }), 'rate', 350],
    ['429 that says no more', refusal({}), 'rate', null],
    ['503, and seconds', refusal({ 'retry-after': '2' }, 503), 'overloaded', 2_000],
    ['no answer at all', new HttpErrorResponse({ status: 0 }), 'connection', null],
    [
      'no money',
      new HttpErrorResponse({ status: 429, error: { error: { code: 'insufficient_quota' } } }),
      'quota-exhausted',
      null,
    ],
  ])('reads %s', (_name, error, kind, retryAfterMs) => {
    expect(failureOf(error)).toMatchObject({ kind, retryAfterMs });
  });

  it('is read by readFailure too', () => {
    const error = refusal({ 'retry-after': '7' });
    expect(readFailure(error)).toMatchObject({ kind: 'rate', retryAfterMs: 7_000 });
  });
});
