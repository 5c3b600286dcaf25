const brand = Symbol.for('rxllm.error');

/**
 * The base of every error that rxllm makes: a stable `code` to switch on, data in fields, a message
 * that says what was wrong, with which value, and what to do.
 *
 * `instanceof` looks at a brand and at the code, so it is right even when an application holds two
 * copies of the package (ESM and CJS). Errors never carry keys, prompts or answers.
 *
 * @example
 * service.call(request).subscribe({
 *   error: (error) => {
 *     if (error instanceof QueueFullError) console.warn(`at most ${error.queueLimit} may wait`);
 *   },
 * });
 */
export class RxllmError extends Error {
  /** The code that every error of this kind has. The base class has none: it stands for all kinds. */
  static readonly code: string | undefined = undefined;

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null || !(brand in value)) return false;
    if (this === RxllmError) return true;
    return Object.hasOwn(this, 'code')
      ? 'code' in value && value.code === this.code
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  constructor(
    /** Stable between versions: `'QUEUE_FULL'`, `'SERVICE_CLOSED'`, … */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`rxllm: ${message}`, options);
    Object.defineProperty(this, brand, { value: true });
    // A minifier renames classes, so the name is made from the code.
    const words = code.split('_').map((word) => word.charAt(0) + word.slice(1).toLowerCase());
    Object.defineProperty(this, 'name', { value: `${words.join('')}Error`, configurable: true });
  }
}
