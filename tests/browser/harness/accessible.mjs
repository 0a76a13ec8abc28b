// WCAG 2.2 AA as far as axe-core can judge it, in light and dark.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { packages } from './places.mjs';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

let source;

/** Nothing on the page, as it stands now, breaks a rule. */
export const accessible = async (page) => {
  source ??= readFileSync(packages.resolve('axe-core/axe.min.js'), 'utf8');
  // A script that the page itself loaded would break its policy; this one is evaluated from outside.
  await page.evaluate(source);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }), TAGS);
    const told = violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id} (${help}): ${node.target.join(' ')}: ${node.failureSummary}`));
    assert.deepEqual(told, [], `${page.url()} in ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: null });
};
