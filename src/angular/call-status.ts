/**
 * What a `CallSignal` is doing: Angular's words for a resource, and `streaming`.
 *
 * | status | what is so | `value()` |
 * |---|---|---|
 * | `idle` | no request, or the call was cancelled | `initialValue`, or what had come until then |
 * | `loading` | a new request: queued or in flight, no response yet | `initialValue` |
 * | `reloading` | the same request again, no response yet | that of the call before |
 * | `streaming` | responses are coming | of the responses so far |
 * | `resolved` | the call has been answered | of all responses |
 * | `error` | the call, or the request function, has failed | what had come until then |
 */
export type CallStatus = 'idle' | 'loading' | 'reloading' | 'streaming' | 'resolved' | 'error';
