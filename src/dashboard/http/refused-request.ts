/**
 * A request that is not done, and what its sender is told.
 *
 * @internal
 */
export class RefusedRequest extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
