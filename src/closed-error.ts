import { ServiceClosedError } from './errors.js';

const HINT =
  ', or inside the work of runServices:\n\n' +
  '  await runServices([service], () => service.callAsync(request));\n';

/** What callers of a closed service are told. */
export function closedError(service: string): ServiceClosedError {
  return new ServiceClosedError(service, false, HINT);
}
