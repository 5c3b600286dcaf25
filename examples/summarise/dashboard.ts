import { firstValueFrom, type Observable } from 'rxjs';
import { type Dashboard, serveDashboard } from 'rxllm/dashboard';
import type { Provider } from './provider.js';

/** Shows the job on a page, from which it may be paused. */
export function showDashboard({ service }: Provider): Promise<Dashboard> {
  return serveDashboard(service, { title: 'Summaries', canPause: true });
}

/** Keeps the page for who sits at a terminal, until he has seen enough. */
export async function stay({ url }: Dashboard, stop$: Observable<unknown>): Promise<void> {
  if (!process.stdout.isTTY) return;
  console.log(`The dashboard stays at ${url} until Ctrl-C.`);
  await firstValueFrom(stop$);
}
