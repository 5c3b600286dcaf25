// The process behind `quota.mjs`: is sent cells, sends back what the runs of each have shown.
import { type Cell, SEEDS } from '../quota-proof/cells.js';
import { proveCell } from '../quota-proof/prove-cell.js';

process.on('message', (cell: Cell) => {
  const rxllm = proveCell(cell, 'rxllm', SEEDS);
  // The original knows no models: it would do the same again.
  const original = cell.kind.quotaModel ? [] : proveCell(cell, 'original', SEEDS);
  process.send?.({ rxllm, original });
});
