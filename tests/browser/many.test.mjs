// A hundred thousand tokens feel like ten: the list is there at once, goes on while somebody scrolls, and narrows.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessible } from './harness/accessible.mjs';
import { program } from './harness/places.mjs';
import { run } from './harness/program.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { at, eventually, misses, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const MANY = 100_000;

/** A file with so many tokens; every tenth ends some day, one has a name of its own. */
const imported = async (world) => {
  const folder = await mkdtemp(join(tmpdir(), 'tokenward-many-'));
  const row = (number) => JSON.stringify({
    name: number === 4_321 ? 'Needle in the hay' : `Worker ${number}`,
    ...(number % 10 === 0 && { expires_at: new Date(Date.now() + (1 + number % 400) * 86_400_000).toISOString().replace(/\.\d+/, '') }),
  });
  try {
    const file = join(folder, 'tokens.jsonl');
    await writeFile(file, Array.from({ length: MANY }, (_, number) => row(number)).join('\n'));
    await run(program(), ['token', 'import', file], { settings: world.settings, timeout: 540_000 });
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** How long after the navigation began the first rows are painted, in ms, and how much of it the server took. */
const measured = async (page, path) => {
  await page.goto(path);
  return page.evaluate(() => new Promise((resolve) => {
    const [{ requestStart, responseEnd, domContentLoadedEventEnd }] = performance.getEntriesByType('navigation');
    requestAnimationFrame(() => {
      const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now();
      resolve({ server: Math.round(responseEnd - requestStart), ready: Math.round(domContentLoadedEventEnd), painted: Math.round(painted) });
    });
  }));
};

// On SQLite alone: an unoptimised import on a busy machine holds transactions of PostgreSQL longer than it lets them be
// idle. Lists there are held by the tests of the store and measured by the benchmarks.
eachDatabase('a_hundred_thousand_tokens_are_listed_scrolled_and_narrowed', { longest: 600_000, kinds: ['sqlite'] }, async (world) => {
  const { page } = world;
  const begun = Date.now();
  await imported(world);
  console.log(`${world.database.kind}: imported ${MANY} tokens in ${Math.round((Date.now() - begun) / 1_000)} s`);
  const view = new TokensView(page);
  for (const query of ['', '', '?sort=name', '?sort=expires_at', '?name=worker+99', '?name=needle']) {
    const { server, ready, painted } = await measured(page, TOKENS + query);
    console.log(`${world.database.kind}: ${TOKENS}${query}: answered in ${server} ms, ready after ${ready} ms, painted after ${painted} ms`);
  }
  await view.visit();
  await reads(view.count, '10 000+ tokens');
  const first = await view.names.count();
  assert.ok(0 < first && first <= 100, `${first} rows at first`);
  await eventually(async () => {
    await view.list.locator('#rows > li').last().scrollIntoViewIfNeeded();
    assert.ok(500 <= await view.names.count());
  }, 60_000);
  const names = await view.names.allInnerTexts();
  assert.equal(new Set(names).size, names.length, 'none twice');
  // Those that were imported in one transaction are equally new.
  const newest = Array.from({ length: 500 }, (_, place) => `Worker ${MANY - 1 - place}`);
  assert.deepEqual(names.slice(0, 500).sort(), newest.sort(), 'none left out');
  await accessible(page);

  await view.filter.fill('needle');
  await read(view.names, ['Needle in the hay']);
  await reads(view.count, '1 token');
  await view.filter.fill('worker 9999');
  await eventually(async () => assert.equal(await view.names.count(), 11));
  await reads(view.count, '11 tokens');
  await view.filter.fill('worker 9');
  await reads(view.count, '10 000+ tokens');
  await eventually(async () => { const shown = await view.names.allInnerTexts(); assert.ok(50 <= shown.length && shown.every((name) => name.startsWith('Worker 9'))); });
  await view.filter.fill('nothing like it');
  await sees(view.list.getByText('Nothing fits these filters.'));
  await misses(view.names.first());

  // One of them opens beside the list, and a change shows.
  await view.filter.fill('needle');
  await view.choose('Needle in the hay');
  await at(page, /\/[0-9a-f-]{36}\?name=needle$/);
  await view.mark('found');
  await view.button('Save').click();
  await view.dialog(/for good/).getByRole('button', { name: 'Revoke for good' }).click();
  await view.says('revoked for good');
  await view.visit('?state=revoked');
  await read(view.names, ['Needle in the hay']);
  await page.goto('/overview');
  await eventually(async () => {
    await page.reload();
    await reads(page.locator('.tile').filter({ hasText: 'revoked' }), /^1 revoked$/);
  }, 30_000);
});
