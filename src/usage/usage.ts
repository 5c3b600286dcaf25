/**
 * Amounts per unit: `{ requests: 1, tokens: 812 }`.
 *
 * The units are `requests`, `tokens`, `inputTokens`, `outputTokens`, `usd`, or any of your own. As the
 * cost of a call it is an estimate, made before; as its usage it is what was really taken.
 */
export type Usage = Readonly<Record<string, number>>;
