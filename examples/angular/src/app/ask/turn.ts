import type { StreamEvent } from '../../../server/wire';

/** One question, and how far it has come. */
export interface Turn {
  readonly prompt: string;
  /** `sent` until the back end has taken it. */
  readonly phase: 'sent' | 'queued' | 'started' | 'answered' | 'failed';
  /** Its place in the queue: 1 is the next. */
  readonly position: number;
  readonly text: string;
  readonly promptTokens: number;
  /** What the provider says in the end. */
  readonly tokens: number | undefined;
  readonly runMs: number;
  readonly failure: string;
}

/** As the provider counts what it has written so far. */
const CHARACTERS_PER_TOKEN = 4;

export function turnOf(prompt: string): Turn {
  return {
    ...{ prompt, phase: 'sent', position: 0, text: '', promptTokens: 0, tokens: undefined },
    ...{ runMs: 0, failure: '' },
  };
}

/** What has become of it with one event more. */
export function withEvent(turn: Turn, event: StreamEvent): Turn {
  switch (event.type) {
    case 'queued': {
      const { position, promptTokens } = event;
      return { ...turn, phase: 'queued', position, promptTokens };
    }
    case 'started':
      return { ...turn, phase: 'started' };
    case 'retrying':
      return { ...turn, phase: 'queued', text: '' };
    case 'piece':
      return { ...turn, text: turn.text + event.text };
    case 'answered':
      return { ...turn, phase: 'answered', tokens: event.tokens, runMs: event.runMs };
    case 'failed':
      return { ...turn, phase: 'failed', failure: event.message };
  }
}

/** Used until now: nothing before it is sent, then the prompt and what has come of the answer. */
export function tokensOf({ phase, tokens, promptTokens, text }: Turn): number {
  if (tokens !== undefined) return tokens;
  const isSent = phase === 'started' || text !== '';
  return isSent ? promptTokens + Math.ceil(text.length / CHARACTERS_PER_TOKEN) : 0;
}
