import { timeSpan } from './kinds.js';

/** Of a call, and of a service for the calls that say nothing else. */
export const timeouts = {
  timeout: timeSpan,
  queueTimeout: timeSpan,
  firstChunkTimeout: timeSpan,
  chunkTimeout: timeSpan,
};
