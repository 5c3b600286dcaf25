import { type Usage, type UsageByModel, UsageTracker, type UsageUpdate } from 'rxllm';
import { type OpenAIResponse, parseOpenAIResponse } from 'rxllm/openai';
import type { Document } from './documents.js';

/** What was used. */
export interface Spent {
  readonly calls: number;
  readonly tokens: number;
  /** In US dollars; undefined where the price of the model is not known. */
  readonly cost: number | undefined;
}

/** Keeps account of all documents together, and of each. */
export class Account {
  readonly ofAll = new UsageTracker('all documents', parseOpenAIResponse);
  // Weak, as a document is forgotten when it is through.
  private readonly byDocument = new WeakMap<Document, UsageOfDocument>();

  of(document: Document): UsageTracker<OpenAIResponse> {
    const known = this.byDocument.get(document);
    if (known) return known;
    const usage = new UsageOfDocument(document.path, this.ofAll);
    this.byDocument.set(document, usage);
    return usage;
  }
}

/** Counts for its document, and for all: one label there, as one for each would make every update longer. */
class UsageOfDocument extends UsageTracker<OpenAIResponse> {
  constructor(
    path: string,
    private readonly ofAll: UsageTracker<OpenAIResponse>,
  ) {
    super(path, parseOpenAIResponse);
  }

  override updateFromModel(update: UsageUpdate<OpenAIResponse> = {}): void {
    super.updateFromModel(update);
    this.ofAll.updateFromModel({ ...update, subLabel: undefined });
  }
}

/** The sum of all that a usage tracker has counted. */
export function spentIn(usage: UsageByModel): Spent {
  const usages: Usage[] = Object.values(usage).flatMap((byLabel) => Object.values(byLabel));
  const sum = (unit: string) => usages.reduce((all, one) => all + (one[unit] ?? 0), 0);
  return {
    calls: sum('requests'),
    tokens: sum('prompt_tokens') + sum('response_tokens'),
    cost: usages.every((one) => 'cost' in one) ? sum('cost') : undefined,
  };
}
