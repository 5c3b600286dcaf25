/** An error as the clients of providers throw it. */
export function providerError(status: number, headers: Record<string, string> = {}): Error {
  return Object.assign(new Error(`status ${status}`), { status, headers });
}

/** An error of the network, as Node throws it. */
export function networkError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
