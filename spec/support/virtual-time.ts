import { VirtualTime as TestingTime } from '../../src/testing/virtual-time.js';

/** The virtual time of `rxllm/testing`, with the name that RxJS gives to what has passed. */
export class VirtualTime extends TestingTime {
  get frame(): number {
    return this.elapsedMs;
  }
}
