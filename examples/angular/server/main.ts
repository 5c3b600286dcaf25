import { HELP, readSettings } from './settings.js';
import { startServer } from './start-server.js';

try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings.wantsHelp) console.log(HELP);
  else await run(settings);
} catch (error) {
  console.error(messageOf(error as NodeJS.ErrnoException & { readonly port?: number }));
  process.exitCode = 1;
}

async function run(settings: ReturnType<typeof readSettings>): Promise<void> {
  const server = await startServer(settings, process.env);
  const { providerName, statsUrl, url } = server;
  console.log(
    `Asking ${providerName === 'simulator' ? 'a simulator' : `${settings.model} at ${providerName}`}.`,
  );
  if (statsUrl) console.log(`What reaches it: ${statsUrl}`);
  console.log(`Open ${url} – Ctrl-C stops it.`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.close());
  }
}

function messageOf({ code, message, port }: NodeJS.ErrnoException & { readonly port?: number }) {
  if (code === 'EADDRINUSE') return `port ${port ?? ''} is in use; choose another with --port`;
  if (code === 'EACCES') return `port ${port ?? ''} is not allowed; choose one above 1023`;
  return message;
}
