/** The platform's, also in a spec that fakes timers. */
const realSetTimeout = setTimeout;

/** More than it takes RxJS to report an error that nobody handles, and Node a rejection. */
const REPORTED_MS = 10;

// Jest makes a spec fail for an error that nobody handles only while its file is being run: of a file that
// ends in the same turn nobody would hear, or the whole run would break off without a word of where.
afterAll(() => new Promise((resolve) => realSetTimeout(resolve, REPORTED_MS)));

export {};
