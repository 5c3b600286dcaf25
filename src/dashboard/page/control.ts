import type { Control, Refused } from '../protocol.js';

/** Asks the server for a change. Answers with why it was not made, in words; undefined when it was. */
export async function send(control: Control): Promise<string | undefined> {
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch('control', {
      method: 'POST',
      headers,
      body: JSON.stringify(control),
    });
    return response.ok ? undefined : await reasonOf(response);
  } catch {
    return 'The server cannot be reached.';
  }
}

async function reasonOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as Partial<Refused>;
    if (typeof error === 'string' && error) return error;
  } catch {
    // Then what the status says has to do.
  }
  return `The server has refused it: ${response.status} ${response.statusText}`.trim();
}
