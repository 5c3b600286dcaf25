import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monotonicScheduler } from '../index.js';
import type { Dashboard } from './dashboard.js';
import type { DashboardOptions } from './dashboard-options.js';
import type { DashboardService } from './dashboard-service.js';
import { Feed } from './feed/feed.js';
import { Access } from './http/access.js';
import { Controls } from './http/controls.js';
import { routes } from './http/routes.js';
import { SampleStreams } from './http/sample-streams.js';
import { serve } from './http/serve.js';
import { checkLimitsExist } from './options/check-limits-exist.js';
import { parseDashboardOptions } from './options/parse-dashboard-options.js';
import { parseDashboardServices } from './options/parse-dashboard-services.js';

/** What stands for all addresses of a machine is none to look at. */
const HERE: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '[::1]'],
]);

/**
 * Serves a live page of what services do and use.
 *
 * One page without a build step: quotas as they fill, queued and running calls, what the next one waits for,
 * throughput, latencies, tokens and cost by model and label, the latest events. It is fed by server-sent events with
 * samples that are taken once for all pages, so that pages cost the services nothing; while none is open a service
 * is looked at once a second. It begins to count when it is called: call it before the first call of a service.
 *
 * It listens on this machine only, unless `host` says otherwise, which needs a `token`. No prompt and no answer is on
 * it; labels and tenants are. It keeps the process alive until `close()`.
 *
 * Rejects with `InvalidOptionError` for an option that is unknown or not allowed, and with Node's error (`EADDRINUSE`)
 * where the port is taken.
 *
 * @example
 * const dashboard = await serveDashboard(service, { port: 8080 });
 * console.log(`Look at ${dashboard.url}`); // http://127.0.0.1:8080/
 */
export async function serveDashboard(
  services: DashboardService | readonly DashboardService[],
  options: DashboardOptions = {},
): Promise<Dashboard> {
  const list = parseDashboardServices(services);
  const { port = 0, host = '127.0.0.1', token } = parseDashboardOptions(options);
  checkLimitsExist(options, list);
  const controls = new Controls(list, options);
  const feed = feedOf(list, options, controls);
  const streams = new SampleStreams(feed);
  const server = serve(routes({ access: new Access(token), feed, streams, controls }));
  try {
    // Once it listens this resolves; an error before that rejects it.
    await once(server.listen(port, withoutBrackets(host)), 'listening');
  } catch (error) {
    feed.stop();
    throw error;
  }
  return dashboardOf(server, feed);
}

function feedOf(
  services: readonly DashboardService[],
  options: DashboardOptions,
  controls: Controls,
): Feed {
  return new Feed(services, {
    title: options.title ?? 'rxllm',
    everyMs: options.everyMs ?? 250,
    historyMs: options.historyMs ?? 600_000,
    scheduler: options.scheduler ?? monotonicScheduler,
    detailOf: options.detailOf ?? (() => undefined),
    canPause: options.canPause ?? false,
    canSetLimit: (service, quota) => controls.limitOf(service, quota) !== undefined,
  });
}

/** `[::1]` is how an address stands in a URL. */
function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function dashboardOf(server: Server, feed: Feed): Dashboard {
  const { address, port } = server.address() as AddressInfo;
  const close = () => stop(server, feed);
  return {
    url: `http://${HERE.get(address) ?? shownHost(address)}:${port}/`,
    port,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function shownHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function stop(server: Server, feed: Feed): Promise<void> {
  feed.stop();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
