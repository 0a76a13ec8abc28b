// The overview: how many tokens in which state, what ends soon, which calls were refused, and how this node is.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { expected } from './harness/caller.mjs';
import { DAY } from './harness/days.mjs';
import { at, eventually, misses, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

/** Figures are at most this old. */
const FRESH = 11;

const tiles = (page) => page.locator('.tile').evaluateAll((all) => Object.fromEntries(all.map((tile) => [tile.querySelector('span').textContent, tile.querySelector('strong').textContent])));

const card = (page, name) => page.locator('.card').filter({ has: page.getByRole('heading', { name, exact: true }) });

const ends = (clock, days) => ({ expires_at: new Date((clock.seconds + days * DAY) * 1_000).toISOString().replace(/\.\d+/, '') });

eachDatabase('the_overview_counts_tokens_by_state_and_leads_to_them', { clock: true }, async (world) => {
  const { page, clock } = world;
  await reads(page.locator('.tile').first(), '0 active tokens');
  await sees(card(page, 'Tokens that end in the next 30 days').getByText('None.'));
  for (const [name, days] of [['Soon', 5], ['Soon too', 20], ['Later', 90], ['Past', 2]]) await world.token(name, ends(clock, days));
  for (const name of ['Legacy', 'Old', 'Older']) await world.token(name);
  for (const { id, name } of (await world.ada.get('/api/v1/tokens?limit=50')).body.items) if (name.startsWith('Old')) await world.revoke(id);
  await clock.advance(3 * DAY);
  await page.reload();
  assert.deepEqual(await tiles(page), { 'active tokens': '4', 'of them without expiry': '1', 'end within 30 days': '2', expired: '1', revoked: '2' });
  const leads = { 'active tokens': ['Later', 'Legacy', 'Soon', 'Soon too'], expired: ['Past'], revoked: ['Old', 'Older'] };
  for (const [tile, names] of Object.entries(leads)) {
    await page.locator('.tile').filter({ hasText: tile }).click();
    await at(page, /^\/admin\/api-tokens\?state=/);
    await eventually(async () => assert.deepEqual((await page.locator('#rows .name').allInnerTexts()).sort(), names));
    await page.goto('/overview');
  }
  await page.locator('.tile').filter({ hasText: 'end within 30 days' }).click();
  await eventually(async () => assert.deepEqual((await page.locator('#rows .name').allInnerTexts()).slice(0, 2), ['Soon', 'Soon too']));
  await page.goto('/overview');
  await page.locator('.tile').filter({ hasText: 'without expiry' }).click();
  await eventually(async () => assert.equal((await page.locator('#rows .name').allInnerTexts())[0], 'Legacy'));
  // A change shows after some seconds at the latest.
  const { items: [{ id }] } = (await world.ada.get('/api/v1/tokens?name=legacy')).body;
  await world.revoke(id);
  await clock.advance(FRESH);
  await page.goto('/overview');
  assert.deepEqual([(await tiles(page))['active tokens'], (await tiles(page)).revoked], ['3', '3']);
});

eachDatabase('tokens_that_end_soon_are_drawn_and_told_as_a_table', { clock: true }, async (world) => {
  const { page, clock } = world;
  // The last day of a token is that of the second before its end.
  const midnight = { seconds: Math.floor(clock.seconds / DAY) * DAY };
  for (const [name, days] of Object.entries({ a: 2.1, b: 2.5, c: 3, d: 20.9, e: 30, f: 30.1 })) await world.token(name, ends(midnight, days));
  await clock.advance(FRESH);
  await page.reload();
  const chart = card(page, 'Tokens that end in the next 30 days');
  await sees(chart.getByRole('img', { name: /^Tokens that end, by day/ }));
  const bars = await chart.locator('svg g').evaluateAll((all) => all.map((bar) => [bar.querySelector('title').textContent, Number(bar.querySelector('rect').getAttribute('height'))]));
  assert.equal(bars.length, 30);
  const counts = bars.map(([title]) => Number(title.split(': ')[1]));
  assert.deepEqual([counts[2], counts[20], counts[29], counts.reduce((sum, count) => sum + count)], [3, 1, 1, 5]);
  assert.ok(bars.every(([, height], day) => (counts[day] === 0) === (height === 0)), 'a bar for each, and none for none');
  assert.equal(Math.round(bars[2][1] / bars[20][1]), 3, 'in proportion');
  assert.match(bars[2][0], new RegExp(`^${new Date((midnight.seconds + 2 * DAY) * 1_000).getUTCDate()} \\w{3} \\d{4}: 3$`));
  assert.equal((await tiles(page))['end within 30 days'], '5');
  await misses(chart.getByRole('table'));
  await chart.getByText('As a table').click();
  const table = await chart.getByRole('table').locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  assert.deepEqual(table, [2, 20, 29].map((day) => bars[day][0].split(': ')));
  await accessible(page);
});

eachDatabase('refused_calls_are_told_by_reason_when_their_minute_is_over', { clock: true }, async (world) => {
  const { page, clock } = world;
  const weak = await world.token('weak');
  const revoked = await world.token('revoked');
  await world.revoke(revoked.id);
  const refused = card(page, 'Refused calls, last 24 hours');
  await sees(refused.getByText('None.'));
  for (let call = 0; call < 4; call += 1) assert.equal(await world.anybody.status(), 401);
  for (let call = 0; call < 3; call += 1) assert.equal(await world.status(revoked.token), 401);
  for (let call = 0; call < 2; call += 1) assert.equal(await world.status(weak.token, '/api/v1/roles'), 403);
  assert.equal(await world.status(weak.token), 200);
  await clock.advance(61);
  await eventually(async () => assert.equal(await world.events('calls.refused'), 3));
  await page.reload();
  await read(refused.locator('tbody tr'), ['no credentials 4', 'revoked 3', 'permission 2']);
  await refused.getByRole('link', { name: 'In the changelog' }).click();
  await at(page, '/admin/changelog?type=calls.refused');
  assert.equal(await page.locator('#rows tr').count(), 3);
  // After a day they are over.
  await clock.advance(DAY + 60);
  await page.goto('/overview');
  await sees(refused.getByText('None.'));
});

eachDatabase('the_overview_tells_how_this_node_is', async (world) => {
  const { page } = world;
  const { body } = await world.anybody.get('/readyz');
  const node = card(page, 'This node').locator('tbody tr');
  await eventually(async () => { await page.reload(); assert.ok((await node.locator('.mark').allInnerTexts()).every((mark) => mark === 'good')); });
  const parts = (await node.locator('td:first-child').allInnerTexts()).sort();
  assert.ok(parts.includes('database') && parts.includes('signing'), parts);
  assert.deepEqual(parts, Object.keys(body.parts ?? body).filter((name) => name !== 'status').sort());
});

eachDatabase('the_overview_shows_people_what_they_may_see_and_no_more', async (world) => {
  await world.token('CI pipeline');
  await world.person('carol', await world.role('Auditors', 'allow events:read'));
  await world.person('dan', await world.role('Token readers', 'allow tokens:read'));
  await world.person('eve');
  const shown = async (username) => {
    const page = await world.signedIn(username);
    const refused = await card(page, 'Refused calls, last 24 hours').count();
    return [await page.locator('.tile').count(), await page.locator('.chart, .card .quiet').filter({ hasText: 'None.' }).count() - refused, refused, await page.getByText('Nobody has given you a role that shows anything here yet').count()];
  };
  assert.deepEqual(await shown('carol'), [0, 0, 1, 0]);
  assert.deepEqual(await shown('dan'), [5, 1, 0, 0]);
  assert.deepEqual(await shown('eve'), [0, 0, 0, 1]);
  expected(await world.anybody.get('/healthz'), 200);
});
