/** A dashboard that is being served. */
export interface Dashboard {
  /** Where to look at it on this machine: `http://127.0.0.1:<port>/`. A token is not in it. */
  readonly url: string;
  /** The port on which it listens. */
  readonly port: number;
  /** Ends every page's connection and stops to listen; the services go on. May be repeated. */
  close(): Promise<void>;
  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
