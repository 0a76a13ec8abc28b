// What is told of the use of a token: when and from where, and how often on each of the last days.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { DAY } from './harness/days.mjs';
import { pictures } from './harness/screenshots.mjs';
import { TokensView } from './harness/tokens_view.mjs';
import { eventually, misses, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

/** Counts are stored at whole tens of seconds. */
const INTERVAL = 10;

/** What stands beside a name in the facts of a token. */
const fact = (view, name) => view.access.locator('dt', { hasText: new RegExp(`^${name}$`) }).locator('xpath=following-sibling::dd[1]');

eachDatabase('x09_last_use_and_calls_are_shown_with_a_token', { clock: true }, async (world) => {
  const { page, clock } = world;
  const [{ id, token }, marker] = [await world.token('CI pipeline'), await world.token('marker')];
  const view = await new TokensView(page).show(id);
  await reads(fact(view, 'Last use'), 'never');
  await reads(fact(view, 'Calls'), /^0 calls admitted/);
  await misses(view.access.getByRole('img'));

  // Two calls on one day; on a later one five, of which two lack a permission; then one that is refused.
  const stored = async (line) => eventually(async () => {
    await page.reload();
    assert.match(await fact(view, 'Calls').innerText(), line);
  });
  for (let call = 0; call < 2; call += 1) assert.equal(await world.status(token), 200);
  await clock.advance(INTERVAL);
  await stored(/^2 calls admitted\n/);
  // When what was called before is stored, the server has noticed that time went on.
  assert.equal(await world.status(marker.token), 200);
  await clock.advance(3 * DAY);
  const lastUsed = async () => (await world.ada.get(`/api/v1/tokens/${marker.id}/usage`)).body.last_used;
  await eventually(async () => assert.notEqual(await lastUsed(), null));
  for (let call = 0; call < 3; call += 1) assert.equal(await world.status(token), 200);
  for (let call = 0; call < 2; call += 1) assert.equal(await world.status(token, '/api/v1/roles'), 403);
  const used = new Date(clock.seconds * 1_000);
  await world.revoke(id);
  assert.equal(await world.status(token), 401);
  await clock.advance(INTERVAL + 2 * 60);
  await stored(/^7 calls admitted, 2 of them without the permission; 1 refused\n/);

  const time = `${String(used.getUTCHours()).padStart(2, '0')}:${String(used.getUTCMinutes()).padStart(2, '0')} UTC`;
  await reads(fact(view, 'Last use'), new RegExp(`^2 min ago from 127\\.0\\.0\\.1, ${used.getUTCDate()} \\w{3} ${used.getUTCFullYear()}, ${time}$`));
  const chart = view.access.getByRole('img', { name: 'Calls, by day; the same numbers stand in the table below' });
  await sees(chart);
  const bars = await chart.locator('g').evaluateAll((all) => all.map((bar) => [bar.querySelector('title').textContent, Number(bar.querySelector('rect').getAttribute('height'))]));
  assert.equal(bars.length, 30);
  const calls = bars.map(([title]) => Number(title.split(': ')[1]));
  assert.deepEqual(calls.flatMap((count, day) => (count ? [[day, count]] : [])), [[26, 2], [29, 6]]);
  assert.equal(bars[29][1] / bars[26][1], 3, 'in proportion');
  await view.access.getByText('As a table').click();
  const rows = await view.access.getByRole('table').locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].slice(1).map((cell) => cell.textContent)));
  assert.deepEqual(rows, [['2', '0', '0'], ['5', '2', '1']]);
  await accessible(page);
  await pictures(page, 'token-used');
});
