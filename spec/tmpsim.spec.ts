import { Simulation } from './support/simulation.js';
it('x', () => {
  const [from, to] = (process.env.SEEDS ?? '1000-7000').split('-').map(Number);
  const bad: string[] = [];
  for (let seed = from!; seed < to!; seed++) {
    const run = new Simulation(seed);
    run.rage(); run.settleDown();
    if (run.problems.length) bad.push(`${seed} ${[...run.features].join()}: ${run.problems.slice(0, 3).join(' | ')}`);
  }
  console.log(bad.length, bad.slice(0, 12).join('\n'));
}, 300000);
