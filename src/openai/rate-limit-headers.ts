/** Headers of an answer by name in lower case, as the provider sent them: `x-ratelimit-remaining-tokens`, … */
export type RateLimitHeaders = Readonly<Record<string, string>>;

/** Named one by one, never all but some: headers also hold cookies and organisations. */
const TELLING = /^(x-ratelimit-.*|retry-after(-ms)?|x-request-id)$/;

/**
 * The headers of the answer that an error of the client stands for, if there was one.
 *
 * @internal
 */
export function headersOfError(error: unknown): Headers | undefined {
  const { headers } = (error ?? {}) as { readonly headers?: Partial<Headers> };
  return headers?.forEach ? (headers as Headers) : undefined;
}

/**
 * Picks what a provider says of its limits, and the request's id.
 *
 * @internal
 */
export function pickRateLimitHeaders(headers: Headers): RateLimitHeaders {
  const picked: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (TELLING.test(name)) picked[name] = value;
  });
  return picked;
}
