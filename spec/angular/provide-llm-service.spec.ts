import {
  createEnvironmentInjector,
  type EnvironmentInjector,
  ErrorHandler,
  inject,
  InjectionToken,
  Injector,
  type Provider,
  type EnvironmentProviders,
  runInInjectionContext,
} from '@angular/core';
import { NEVER, of } from 'rxjs';
import { InvalidOptionError, LLMService, RxllmError } from 'rxllm';
import { injectLLMService, provideLLMService, ServiceNotProvidedError } from 'rxllm/angular';
import { FakeService } from 'rxllm/testing';
import { errorOf } from '../support/error-of.js';

type Chat = LLMService<string, string>;
const CHAT = new InjectionToken<Chat>('CHAT');
const MODEL = new InjectionToken<string>('MODEL');

function injectorWith(
  ...providers: readonly (Provider | EnvironmentProviders)[]
): EnvironmentInjector {
  return createEnvironmentInjector([...providers], Injector.NULL as EnvironmentInjector);
}

const chatIn = (injector: Injector) =>
  runInInjectionContext(injector, () => injectLLMService(CHAT));

describe('provideLLMService', () => {
  it('makes the service when it is first injected, and only then', () => {
    const factory = jest.fn(() => new FakeService({ answers: 'a|' }));
    const injector = injectorWith(provideLLMService(CHAT, factory));

    expect(factory).not.toHaveBeenCalled();
    const chat = chatIn(injector);
    expect(chatIn(injector)).toBe(chat);
    expect(injector.get(CHAT)).toBe(chat);
    expect(factory).toHaveBeenCalledTimes(1);
  });

  it('never makes a service that nobody has injected', () => {
    const factory = jest.fn(() => new FakeService({ answers: 'a|' }));
    injectorWith(provideLLMService(CHAT, factory)).destroy();

    expect(factory).not.toHaveBeenCalled();
  });

  it('closes the service once with its injector, and cancels what is under way', async () => {
    const released = jest.fn();
    class Held extends LLMService<string, string> {
      protected process() {
        return NEVER;
      }

      override releaseResources = released;
    }
    const made = () => new Held({ modelName: 'held', maxConcurrentJobs: 1 });
    const injector = injectorWith(provideLLMService(CHAT, made));
    const chat = chatIn(injector);
    const close = jest.spyOn(chat, 'close');
    const calls = ['in flight', 'queued'].map((prompt) => chat.callAsync(prompt));

    injector.destroy();

    await expect(calls[0]).rejects.toMatchObject({ code: 'SERVICE_CLOSED', wasAbandoned: true });
    await expect(calls[1]).rejects.toMatchObject({ code: 'SERVICE_CLOSED', wasAbandoned: true });
    await chat.close();
    expect(close.mock.calls).toEqual([[{ abandon: true }], []]);
    expect(released).toHaveBeenCalledTimes(1);
    expect(chat.toJSON().status).toBe('closed');
  });

  it('closes with the injector that provides it, not with one that uses it', () => {
    const made = () => new FakeService({ answers: 'a|' });
    const application = injectorWith(provideLLMService(CHAT, made));
    const route = createEnvironmentInjector([], application);
    const chat = chatIn(route);

    route.destroy();
    expect(chat.toJSON().status).toBe('idle');
    application.destroy();
    expect(chat.toJSON().status).toBe('closed');
  });

  it('makes each injector that provides it a service of its own', () => {
    const made = () => new FakeService({ answers: 'a|' });
    const application = injectorWith(provideLLMService(CHAT, made));
    const route = createEnvironmentInjector([provideLLMService(CHAT, made)], application);

    expect(chatIn(route)).not.toBe(chatIn(application));
  });

  it('hands what releaseResources fails with to the ErrorHandler', async () => {
    class Failing extends FakeService {
      override releaseResources() {
        throw new Error('would not let go');
      }
    }
    const handleError = jest.fn();
    const injector = injectorWith(
      { provide: ErrorHandler, useValue: { handleError } },
      provideLLMService(CHAT, () => new Failing({ answers: 'a|' })),
    );
    const chat = chatIn(injector);
    await chat.callAsync('a');

    injector.destroy();

    await expect(chat.close()).rejects.toThrow('would not let go');
    expect(handleError.mock.calls).toEqual([[new Error('would not let go')]]);
  });

  it('tells what releaseResources fails with where there is no ErrorHandler', async () => {
    const shown = jest.spyOn(console, 'error').mockImplementation(() => {});
    class Failing extends FakeService {
      override releaseResources() {
        throw new Error('would not let go');
      }
    }
    const injector = injectorWith(provideLLMService(CHAT, () => new Failing({ answers: 'a|' })));
    const chat = chatIn(injector);
    await chat.callAsync('a');

    injector.destroy();

    await expect(chat.close()).rejects.toThrow('would not let go');
    expect(shown).toHaveBeenCalledWith('ERROR', new Error('would not let go'));
    shown.mockRestore();
  });

  it('runs the factory in the injection context', () => {
    const injector = injectorWith(
      { provide: MODEL, useValue: 'gpt-4.1' },
      provideLLMService(CHAT, () =>
        LLMService.of({
          modelName: inject(MODEL),
          process: (prompt: string) => of(prompt),
        }),
      ),
    );

    expect(chatIn(injector).modelName).toBe('gpt-4.1');
  });

  it('takes a class as a token', () => {
    class Echo extends LLMService<string, string> {
      protected process(prompt: string) {
        return of(prompt);
      }
    }
    const injector = injectorWith(provideLLMService(Echo, () => new Echo({ modelName: 'm' })));
    const echo = runInInjectionContext(injector, () => injectLLMService(Echo));

    expect(echo).toBeInstanceOf(Echo);
    injector.destroy();
    expect(echo.toJSON().status).toBe('closed');
  });

  it('lets an error of the factory through', () => {
    const injector = injectorWith(
      provideLLMService(CHAT, () => {
        throw new Error('no key');
      }),
    );

    expect(() => chatIn(injector)).toThrow('no key');
    injector.destroy();
  });

  it.each([
    ['undefined', undefined, 'missing'],
    ['a promise', Promise.resolve(), 'an object'],
    ['a class', FakeService, 'a function'],
    ['a text', 'sk-secret', 'a text'],
  ])('refuses a factory that gives %s', (_name, given, shown) => {
    const injector = injectorWith(provideLLMService(CHAT, () => given as never));
    const error = errorOf(() => chatIn(injector)) as InvalidOptionError;

    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.option).toBe('factory of CHAT');
    expect(error.value).toBe(shown);
    expect(error.message).not.toContain('secret');
  });

  it.each([
    ['token', () => provideLLMService(undefined as never, () => new FakeService({ answers: '' }))],
    ['token', () => provideLLMService('CHAT' as never, () => new FakeService({ answers: '' }))],
    ['factory', () => provideLLMService(CHAT, new FakeService({ answers: 'a|' }) as never)],
    ['factory', () => provideLLMService(CHAT, undefined as never)],
  ])('refuses at the door what is no %s', (option, provide) => {
    expect(errorOf(provide)).toMatchObject({ code: 'INVALID_OPTION', option });
  });
});

describe('injectLLMService', () => {
  it('says who is missing, and what to do', () => {
    const error = errorOf(() => chatIn(injectorWith())) as ServiceNotProvidedError;

    expect(error).toBeInstanceOf(ServiceNotProvidedError);
    expect(error).toBeInstanceOf(RxllmError);
    expect(error).toMatchObject({ code: 'SERVICE_NOT_PROVIDED', token: 'CHAT' });
    expect(error.message).toContain('provideLLMService(CHAT,');
  });

  it('names a class that is missing', () => {
    const inject = () => injectLLMService(FakeService);
    const error = errorOf(() => runInInjectionContext(injectorWith(), inject));

    expect(error).toMatchObject({ token: 'FakeService' });
  });

  it('takes a token that has a factory of its own', () => {
    const OWN = new InjectionToken<Chat>('OWN', {
      providedIn: 'environment' as 'root',
      factory: () => new FakeService({ answers: 'a|' }),
    });
    const chat = runInInjectionContext(injectorWith(), () => injectLLMService(OWN));

    expect(chat).toBeInstanceOf(FakeService);
  });

  it('says what a token is, when what it is given is none', () => {
    const inject = () => injectLLMService(undefined as never);
    const error = errorOf(() => runInInjectionContext(injectorWith(), inject));

    expect(error).toMatchObject({ code: 'INVALID_OPTION', option: 'token', value: 'missing' });
  });

  it('is refused by Angular outside of an injection context', () => {
    expect(() => injectLLMService(CHAT)).toThrow(/NG0?203.*injectLLMService/s);
  });
});
