import { eventDetails } from '../../../src/dashboard/page/event-words.js';
import type { EventSample } from '../../../src/dashboard/protocol.js';

const QUEUED: EventSample = {
  number: 1,
  at: 0,
  type: 'queued',
  callId: 1,
  label: 'summary',
  tenant: 'acme',
  priority: 0,
  waitMs: null,
  runMs: null,
  spent: null,
  error: null,
  detail: null,
};

describe('eventDetails', () => {
  it.each<[string, Partial<EventSample>]>([
    ['', {}],
    ['priority 5', { priority: 5 }],
    ['waited 1.2 s', { type: 'started', waitMs: 1_200 }],
    [
      'waited 0 ms · ran 3.4 s · 812 tokens · $0.25',
      {
        type: 'completed',
        waitMs: 0,
        runMs: 3_400,
        spent: { usd: 0.25, requests: 1, tokens: 812 },
      },
    ],
    ['RateLimitError 429 · ran 20 ms', { type: 'failed', error: 'RateLimitError 429', runMs: 20 }],
    ['what the user says', { detail: 'what the user says' }],
  ])('says: %s', (text, event) => {
    expect(eventDetails({ ...QUEUED, ...event })).toBe(text);
  });
});
