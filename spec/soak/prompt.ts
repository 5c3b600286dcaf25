/** What a caller asks: three sentences, which the simulator gives back word for word. */
export function promptOf(call: number): string {
  return (
    `Caller ${call} asks for ${call} and for nothing else. ` +
    `No other call may be given the answer that is meant for caller ${call}. ` +
    `The end of ${call} is this.`
  );
}
