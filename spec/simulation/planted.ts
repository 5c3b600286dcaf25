import { UnsubscriptionError } from 'rxjs';

/** What somebody's own code throws, because a run wants it to. */
export class PlantedError extends Error {
  override readonly name = 'PlantedError';
}

/** Whether it is one, or is nothing but such. */
export function isPlanted(error: unknown): boolean {
  if (error instanceof UnsubscriptionError) return (error.errors as unknown[]).every(isPlanted);
  return error instanceof PlantedError;
}
