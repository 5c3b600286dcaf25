// npx tsx examples/01-hello.ts
//
// A service is a function and its quotas. Two calls fit into this one's window of a second, so the third
// waits until the first has left it: a second, and the margin of 250 ms that covers the network's jitter.
import { map, timer } from 'rxjs';
import { LLMService, quota } from 'rxllm';

const echo = LLMService.of({
  modelName: 'echo-1',
  quotas: [quota({ unit: 'requests', limit: 2, windowMs: 1000 })],
  // Here a real service asks its provider.
  process: (prompt: string) => timer(50).pipe(map(() => `echo ${prompt}`)),
});

const start = performance.now();
const show = (answer: string) => {
  console.log(`${((performance.now() - start) / 1000).toFixed(2)} s  ${answer}`);
};

// As Observables: subscribing queues the call.
echo.call('one').subscribe(show);
echo.call('two').subscribe(show);

// As a promise.
show(await echo.callAsync('three'));
