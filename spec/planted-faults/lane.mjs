// One of the processes that plant. It is told where, and the names of its faults, and tells of each what was seen.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messagesFor } from '../support/lint-text.mjs';
import { root } from '../support/run.mjs';
import { faults } from './faults.js';
import { Field } from './field.mjs';
import { plant } from './plant.js';

process.once('message', async ({ folder, names }) => {
  const ours = faults.filter(({ name }) => names.includes(name));
  try {
    const field = new Field(folder);
    await mustPass(field, ours);
    for (const fault of ours) process.send({ name: fault.name, ...(await seen(field, fault)) });
    process.send({ isDone: true });
  } catch (error) {
    process.send({ isDone: true, error: error.message });
  }
});

/** A test that fails anyhow sees nothing. */
async function mustPass(field, ours) {
  const failed = await field.failedOf(ours);
  if (failed.length > 0) throw new Error(`Without any fault there fails: ${failed.join(', ')}`);
}

async function seen(field, fault) {
  try {
    const failed = await field.failedWith(fault);
    return { failed, messages: fault.lint ? await messagesWith(fault) : undefined };
  } catch (error) {
    return { error: error.message };
  }
}

function messagesWith(fault) {
  const source = readFileSync(join(root, fault.file), 'utf8');
  return messagesFor({ file: fault.file, code: plant(source, fault) });
}
