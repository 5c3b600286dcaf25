import axe from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * What axe finds wrong with the page as it is now: each as `rule at selector: what to do`.
 *
 * It is put in by the protocol of the developer tools, which no content security policy forbids.
 */
export async function violationsIn(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const expression = `${axe.source};axe.run().then(({ violations }) => JSON.stringify(violations))`;
  const options = { awaitPromise: true, returnByValue: true };
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression,
    ...options,
  });
  await session.detach();
  if (exceptionDetails) throw new Error(`axe: ${exceptionDetails.text}`);
  return (JSON.parse(String(result.value)) as axe.Result[]).flatMap(shown);
}

function shown({ id, nodes }: axe.Result): string[] {
  return nodes.map(
    ({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary ?? ''}`,
  );
}
