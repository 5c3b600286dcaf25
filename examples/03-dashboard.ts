// npx tsx examples/03-dashboard.ts
//
// What a service does comes out as Observables: each gives the latest value and then every change, so a
// dashboard is a combineLatest and an auditTime. Costs are estimated before a call, and settled after.
import { auditTime, combineLatest, forkJoin, map, takeWhile, timer } from 'rxjs';
import { LLMService, quota } from 'rxllm';

const LIMIT = 1000;

const service = LLMService.of({
  modelName: 'echo-1',
  quotas: [quota({ unit: 'tokens', limit: LIMIT, windowMs: 1000 })],
  maxConcurrentJobs: 3,
  costOf: () => ({ tokens: 200 }),
  process: (tokens: number) => timer(150).pipe(map(() => ({ tokens }))),
  usageOf: ({ tokens }) => ({ tokens }),
});

combineLatest([service.usage$, service.state$])
  .pipe(
    auditTime(250),
    takeWhile(([, { status }]) => status !== 'closed', true),
  )
  .subscribe(([{ tokens = 0 }, { queued, inFlight, status }]) => {
    const full = Math.round((20 * tokens) / LIMIT);
    const bar = '█'.repeat(full) + '░'.repeat(20 - full);
    const calls = `${String(queued).padStart(2)} queued  ${inFlight} in flight`;
    console.log(`${bar} ${String(tokens).padStart(4)} tokens/s  ${calls}  ${status}`);
  });

// Twenty calls that use 50 to 150 tokens each.
const calls = Array.from({ length: 20 }, (_, index) => service.call(50 + (index % 5) * 25));
forkJoin(calls).subscribe((answers) => {
  console.log(`${answers.length} answers`);
  void service.close();
});
