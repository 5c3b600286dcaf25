/** What a caller asks: sentences that the simulator gives back word for word, each with the call's number in it. */
export function promptOf(call: number): string {
  return `Caller ${call} asks. No other may hear of ${call}. So ends ${call}.`;
}
