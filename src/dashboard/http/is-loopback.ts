/**
 * Whether an address or host name means this machine only.
 *
 * @internal
 */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
