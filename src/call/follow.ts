import { from, isObservable, type ObservableInput, type Subscriber } from 'rxjs';

/**
 * Subscribes to whatever `process` returned, and says when its work is really over.
 *
 * RxJS's own `from` forgets a promise or an async iterable when it is unsubscribed from, though the work
 * behind it goes on. Here `onOver` is called once: when an Observable has been torn down, a promise has
 * settled, an async iterable has returned.
 */
export function follow<T>(
  input: ObservableInput<T>,
  subscriber: Subscriber<T>,
  onOver: () => void,
): void {
  if (isObservable(input)) {
    input.subscribe(subscriber);
    // Added last, so that it comes after the input's own teardown.
    subscriber.add(onOver);
  } else if (isPromise<T>(input)) followPromise(input, subscriber, onOver);
  else if (isAsyncIterable<T>(input))
    followIterator(input[Symbol.asyncIterator](), subscriber, onOver);
  else follow(from(input), subscriber, onOver);
}

function followPromise<T>(
  promise: PromiseLike<T>,
  subscriber: Subscriber<T>,
  onOver: () => void,
): void {
  promise.then(
    (value) => {
      subscriber.next(value);
      subscriber.complete();
      onOver();
    },
    (error: unknown) => {
      subscriber.error(error);
      onOver();
    },
  );
}

function followIterator<T>(
  iterator: AsyncIterator<T>,
  subscriber: Subscriber<T>,
  onOver: () => void,
): void {
  let isExhausted = false;
  const pull = (): void => {
    nextOf(iterator).then(
      ({ isDone, value }) => {
        if (isDone) {
          isExhausted = true;
          subscriber.complete();
        } else {
          subscriber.next(value as T);
          if (!subscriber.closed) pull();
        }
      },
      (error: unknown) => {
        isExhausted = true;
        subscriber.error(error);
      },
    );
  };
  subscriber.add(() => {
    if (isExhausted) onOver();
    else returnEarly(iterator).then(onOver, onOver);
  });
  pull();
}

/** Read where a fault of the iterator's own becomes an error: it may give anything, or throw. */
function nextOf<T>(iterator: AsyncIterator<T>): Promise<{ isDone: boolean; value: unknown }> {
  const result = new Promise<IteratorResult<T>>((resolve) => {
    resolve(iterator.next());
  });
  return result.then(({ done, value }) => ({ isDone: done === true, value: value as unknown }));
}

function returnEarly(iterator: AsyncIterator<unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    resolve(iterator.return?.());
  });
}

function isPromise<T>(input: unknown): input is PromiseLike<T> {
  return typeof (input as PromiseLike<T> | undefined)?.then === 'function';
}

function isAsyncIterable<T>(input: unknown): input is AsyncIterable<T> {
  return typeof (input as AsyncIterable<T> | undefined)?.[Symbol.asyncIterator] === 'function';
}
