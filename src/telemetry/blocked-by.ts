/** Why the next call waits. */
export interface BlockedBy {
  /**
   * `paused`: until `resume()`. `resources`: they are being acquired. `permit`: `maxConcurrentJobs` are in
   * flight. `quota`: a window is full. `gate`: the provider has refused a call. `turn`: others came before to
   * what is shared.
   */
  readonly reason: 'paused' | 'resources' | 'permit' | 'quota' | 'gate' | 'turn';
  /** Of a quota: what it counts. */
  readonly unit?: string;
  /** Of a quota: the length of its window, in ms. */
  readonly windowMs?: number;
  /**
   * When the next call can start, in ms of the scheduler: exact for quotas and gates while nothing ends before,
   * by how long calls have run for permits; undefined where that is not known.
   */
  readonly until: number | undefined;
}
