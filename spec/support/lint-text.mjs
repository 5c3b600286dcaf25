// Lints texts as if they stood in files of ours, by the rules of eslint.config.js that need no types: quickly.
// Run by itself it reads `[{ file, code }]` as JSON and prints the messages for each.
import { ESLint } from 'eslint';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const eslint = new ESLint({
  cwd: root,
  ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted-'),
  overrideConfig: { languageOptions: { parserOptions: { project: false } } },
});

/** What the rules say against it, each as `line: message`. */
export async function messagesFor({ file, code }) {
  const [result] = await eslint.lintText(code, { filePath: join(root, file) });
  if (!result) throw new Error(`${file} is a file that is not linted`);
  return result.messages.map(({ line, message, fatal }) => {
    if (fatal) throw new Error(`${message} in ${code}`);
    return `${line}: ${message}`;
  });
}

if (process.argv[1] === import.meta.filename) {
  const texts = JSON.parse(readFileSync(0, 'utf8'));
  const messages = [];
  for (const text of texts) messages.push(await messagesFor(text));
  process.stdout.write(JSON.stringify(messages));
}
