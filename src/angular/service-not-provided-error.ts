import { RxllmError } from '../index.js';

/** `injectLLMService` was asked for a service that no injector provides. */
export class ServiceNotProvidedError extends RxllmError {
  static override readonly code = 'SERVICE_NOT_PROVIDED';

  constructor(
    /** Name of the token: `CHAT` of `new InjectionToken('CHAT')`, or that of a class. */
    readonly token: string,
  ) {
    super(
      ServiceNotProvidedError.code,
      `nobody provides ${token}. Name it among the providers of the application, of a route or of a test:\n\n` +
        `  providers: [provideLLMService(${token}, () => LLMService.of({ modelName, process }))]\n`,
    );
  }
}
