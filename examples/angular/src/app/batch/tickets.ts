import type { BatchRequest } from '../back-end/batch-service';

/** One of the batch. */
export interface Ticket extends BatchRequest {
  readonly number: number;
  /** Tells its calls apart in the service's events. */
  readonly label: string;
}

export const URGENT = 2;
export const NORMAL = 0;

const COUNT = 500;
/** So many of them are urgent: every fifth. */
const URGENT_EVERY = 5;

const WORDS = [
  'the invoice of last month shows a wrong amount',
  'the parcel has not come, and its tracking says nothing',
  'I cannot sign in since I have a new phone',
  'please change the address of my next delivery',
  'the lamp arrived with a broken shade',
  'how do I cancel the subscription of my brother',
  'the discount of the newsletter is not accepted',
] as const;

/** What customers have written: 500 tickets, of which every fifth is urgent. */
export function makeTickets(): readonly Ticket[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const number = index + 1;
    return {
      number,
      label: `ticket ${number}`,
      prompt: `Ticket ${number}: ${WORDS[index % WORDS.length]}.`,
      priority: number % URGENT_EVERY === 0 ? URGENT : NORMAL,
    };
  });
}
