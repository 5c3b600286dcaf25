import type { ProviderToken } from '@angular/core';

/** The name by which its author knows a token: `CHAT` of `new InjectionToken('CHAT')`, or that of a class. */
export function shownToken(token: ProviderToken<unknown>): string {
  const name = typeof token === 'function' ? token.name : String(token);
  return name.replace(/^InjectionToken /, '');
}
