import type { Observer } from 'rxjs';
import { NoResponseError } from '../errors.js';

/** Settles a promise by the last response: what `callAsync` listens with. */
export class PromiseReply<Response> implements Observer<Response> {
  private last: { readonly response: Response } | undefined;

  constructor(
    private readonly resolve: (response: Response) => void,
    private readonly reject: (error: unknown) => void,
    private readonly service: string,
  ) {}

  next(response: Response): void {
    this.last = { response };
  }

  error(error: unknown): void {
    this.reject(error);
  }

  complete(): void {
    if (this.last) this.resolve(this.last.response);
    else this.reject(new NoResponseError(this.service));
  }
}
