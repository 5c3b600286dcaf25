// The process behind `quota.mjs`: is sent cells, sends back what the runs of each have shown.
import { type Cell, SEEDS } from '../quota-proof/cells.js';
import { proveCell } from '../quota-proof/prove-cell.js';

process.on('message', (cell: Cell) => {
  const rxllm = proveCell(cell, 'rxllm', SEEDS);
  // The original knows no models and learns nothing: it would do the same again.
  const isTold = cell.kind.quotaModel !== undefined || cell.kind.learnsOutput;
  const original = isTold ? [] : proveCell(cell, 'original', SEEDS);
  process.send?.({ rxllm, original });
});
