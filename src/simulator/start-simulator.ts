import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from './http/serve.js';
import { resolveSimulatorOptions, type SimulatorOptions } from './options.js';
import { SimulatedProvider, type SimulatorStats } from '../provider/index.js';

/** A simulator that listens. */
export interface Simulator {
  /** What a client takes as base URL: `http://127.0.0.1:<port>/v1`. */
  readonly url: string;
  /** The port on which it listens. */
  readonly port: number;
  /** What has happened so far; also at `GET /stats`. */
  stats(): SimulatorStats;
  /** Breaks off what is being answered, closes every connection and stops to listen; may be repeated. */
  close(): Promise<void>;
}

/**
 * Starts an OpenAI-compatible provider on loopback that enforces requests and tokens per window.
 *
 * It answers `POST /v1/chat/completions`, streamed or not, with an extract of the prompt, OpenAI's
 * rate-limit headers and, past a limit, OpenAI's 429; `GET /v1/models`; `GET /stats`, which counts
 * the limits that clients broke, and `POST /stats/reset`. It listens on 127.0.0.1 only. Tokens are
 * counted as a quarter of the characters, not as a tokenizer would.
 *
 * Rejects with `InvalidOptionError` for an option that is unknown or not allowed, and with Node's
 * error (`EADDRINUSE`) where the port is taken.
 *
 * @example
 * const simulator = await startSimulator({ requestsPerWindow: 60, tokensPerWindow: 100_000 });
 * const client = new OpenAI({ baseURL: simulator.url, apiKey: 'any', maxRetries: 0 });
 * const messages = [{ role: 'user' as const, content: 'Loopback needs no network. It is fast.' }];
 * const { choices } = await client.chat.completions.create({ model: 'any', messages });
 * console.log(choices[0]?.message.content, simulator.stats().limitsBroken);
 * await simulator.close();
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const provider = new SimulatedProvider(resolveSimulatorOptions(options));
  const server = serve(provider, options);
  // Once it listens this resolves; an error before that rejects it.
  await once(server.listen(options.port ?? 0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    stats: () => provider.stats(),
    close: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
