const DECIMAL = /^\d{1,15}(?:\.\d{1,15})?$/;

/**
 * A number that is at least 0 and written in digits, or null: -1 stands for "unknown" (Azure).
 *
 * Moved by `exponent` places while it is still text, so that no digit changes: 11.354999999 seconds are
 * 11354.999999 ms.
 */
export function decimal(text: string | undefined, exponent = 0): number | null {
  if (text === undefined || !DECIMAL.test(text)) return null;
  return Number(`${text}e${exponent}`);
}

/** The same of a header, where a recorder or proxy may have merged a second value behind a comma. */
export function firstDecimal(text: string | undefined, exponent = 0): number | null {
  return decimal(firstValue(text), exponent);
}

/** What stands before the first comma or semicolon. */
export function firstValue(text: string | undefined): string | undefined {
  return text?.split(/[,;]/, 1)[0]?.trim();
}
