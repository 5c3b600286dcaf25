import type { Failure, FailureKind } from './failure.js';
import { fieldOf, textIn } from './field.js';
import { plainFailure } from './plain-failure.js';

/** Names, classes and codes of errors: those of Node, undici, the web, axios and the SDKs. */
const WORDS: readonly (readonly [FailureKind, readonly string[]])[] = [
  ['unknown', ['AbortError', 'ABORT_ERR', 'APIUserAbortError', 'CanceledError', 'ERR_CANCELED']],
  ['timeout', ['TimeoutError', 'APIConnectionTimeoutError', 'ETIMEDOUT', 'ESOCKETTIMEDOUT']],
  ['timeout', ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ECONNABORTED']],
  ['not-sent', ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']],
  ['not-sent', ['UND_ERR_CONNECT_TIMEOUT']],
  ['connection', ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ERR_NETWORK', 'APIConnectionError']],
  ['connection', ['ERR_STREAM_PREMATURE_CLOSE']],
];
const KIND_BY_WORD = new Map(WORDS.flatMap(([kind, words]) => words.map((word) => [word, kind])));

/** What `fetch` says in Node, Chrome, Safari, Firefox and React Native: of all its errors only the words differ. */
const FETCH_FAILED =
  /^(?:fetch failed|terminated|Failed to fetch|Load failed|NetworkError when attempting .{1,30}|Network request failed)$/;

/** What the SDKs of OpenAI and Anthropic say, for bundles in which their classes have lost their names. */
const KIND_BY_MESSAGE: ReadonlyMap<string, FailureKind> = new Map([
  ['Request was aborted.', 'unknown'],
  ['Request timed out.', 'timeout'],
  ['Connection error.', 'connection'],
]);

/** What the name, the class, the code or the words of an error tell; nothing where they tell nothing. */
export function failureByName(error: unknown): Failure | undefined {
  const kind = kindByWord(error) ?? kindByMessage(error);
  return kind && plainFailure(kind);
}

function kindByWord(error: unknown): FailureKind | undefined {
  const words = [
    textIn(error, 'name'), // before the code: an abort keeps the code of what it broke off
    textIn(fieldOf(error, 'constructor'), 'name'),
    textIn(error, 'code'),
  ];
  const kind = words.map((word) => KIND_BY_WORD.get(word)).find((one) => one !== undefined);
  return kind === 'not-sent' && wasConnected(error) ? 'connection' : kind;
}

/** A host can also become unreachable while it answers. */
function wasConnected(error: unknown): boolean {
  return ['read', 'write'].includes(textIn(error, 'syscall'));
}

function kindByMessage(error: unknown): FailureKind | undefined {
  const message = textIn(error, 'message');
  if (textIn(error, 'name') === 'TypeError' && FETCH_FAILED.test(message)) return 'connection';
  return KIND_BY_MESSAGE.get(message);
}
