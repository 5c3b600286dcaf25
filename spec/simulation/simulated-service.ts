import type { ObservableInput } from 'rxjs';
import {
  type CallContext,
  LLMService,
  type LLMServiceOptions,
  type Usage,
} from '../../src/index.js';

/** What a service of a simulation does. */
export interface ServiceFunctions {
  process(tokens: number, context: CallContext): ObservableInput<string>;
  costOf(tokens: number): Usage;
  usageOf(response: string): undefined;
  acquire(): ObservableInput<unknown>;
  release(): ObservableInput<unknown>;
}

/** A service whose every hook is somebody else's. */
export class SimulatedService extends LLMService<number, string> {
  static override readonly serviceName = 'LLMService';

  constructor(
    options: LLMServiceOptions,
    private readonly functions: ServiceFunctions,
  ) {
    super(options);
  }

  override acquireResources(): ObservableInput<unknown> {
    return this.functions.acquire();
  }

  override releaseResources(): ObservableInput<unknown> {
    return this.functions.release();
  }

  protected override process(tokens: number, context: CallContext): ObservableInput<string> {
    return this.functions.process(tokens, context);
  }

  protected override costOf(tokens: number): Usage {
    return this.functions.costOf(tokens);
  }

  protected override usageOf(response: string): undefined {
    this.functions.usageOf(response);
  }
}
