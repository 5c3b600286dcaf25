import { readFileSync } from 'node:fs';

/** The mutants of a report of Stryker: where each is, what it does, and what became of it. */
export function mutantsIn(report) {
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants.map(({ status, location, replacement }) => ({
      file,
      status,
      line: location.start.line,
      code: lines[location.start.line - 1].trim(),
      mutant: shown(lines, location, replacement),
    }));
  });
}

/** The first line of what it replaces, as it reads then. */
function shown(lines, { start, end }, replacement) {
  const before = lines[start.line - 1].slice(0, start.column - 1);
  const after = lines[end.line - 1].slice(end.column - 1);
  return `${before}${replacement}${after}`.replace(/\s+/g, ' ').trim();
}
