/** This tab, as the back end knows it: it shares the quota with all other tabs, by equal parts. */
export const TENANT = `tab-${crypto.randomUUID().slice(0, 6)}`;
