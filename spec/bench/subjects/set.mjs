// The least that a queue can be whose calls may be cancelled: a Set, and a listener on each signal.
export function open({ work, concurrency }) {
  const waiting = new Set();
  let running = 0;

  const goOn = () => {
    for (const start of waiting) {
      if (running >= concurrency) return;
      waiting.delete(start);
      start();
    }
  };
  const end = () => {
    running -= 1;
    goOn();
  };
  const call = (request, { signal } = {}) =>
    new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(start);
        reject(signal.reason);
      };
      function start() {
        running += 1;
        signal?.removeEventListener('abort', leave);
        const answer = work(request);
        answer.then(resolve, reject);
        answer.then(end, end);
      }
      signal?.addEventListener('abort', leave);
      waiting.add(start);
      goOn();
    });
  return { call };
}
