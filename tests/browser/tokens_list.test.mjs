// The view API Tokens as a list: who sees it, what stands in it, and the panel beside it.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { DAY, day } from './harness/days.mjs';
import { pictures } from './harness/screenshots.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { at, eventually, misses, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

eachDatabase('s01_t01_admin_leads_to_the_tokens', async ({ page }) => {
  await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Admin' }).click();
  await at(page, TOKENS);
  const side = page.getByRole('navigation', { name: 'Admin' });
  await read(side.getByRole('heading'), ['SYSTEM', 'ACCESS CONTROL']);
  await read(side.getByRole('link'), ['Changelog', 'Signing keys', 'Route rules', 'Configuration', 'Users', 'Roles', 'API Tokens']);
  assert.equal(await side.getByRole('link', { name: 'API Tokens' }).getAttribute('aria-current'), 'page');
  await sees(page.getByText('There is no API token yet.'));
});

eachDatabase('s01_without_the_permission_there_is_no_entry_and_its_address_answers_403', async (world) => {
  const made = await world.token('CI pipeline');
  await world.person('rob', await world.role('Role readers', 'allow roles:read'));
  await world.person('eve');
  const rob = await world.signedIn('rob');
  await rob.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Admin' }).click();
  await at(rob, '/admin/roles');
  await read(rob.getByRole('navigation', { name: 'Admin' }).getByRole('link'), ['Roles']);
  const eve = await world.signedIn('eve');
  await sees(eve.getByRole('link', { name: 'Overview' }));
  assert.equal(await eve.getByRole('link', { name: 'Admin' }).count(), 0);
  for (const page of [rob, eve]) {
    world.watch(page).expect(403);
    for (const path of [TOKENS, `${TOKENS}/${made.id}`, `${TOKENS}/new`]) {
      assert.equal((await page.goto(path)).status(), 403, path);
      assert.equal(await page.getByText('CI pipeline').count(), 0);
    }
  }
  await accessible(eve);
});

eachDatabase('s02_s23_s30_every_token_is_listed_with_its_state_but_deleted_ones', { clock: true }, async (world) => {
  const { page, clock } = world;
  const ends = (days) => ({ expires_at: new Date((clock.seconds + days * DAY) * 1_000).toISOString().replace(/\.\d+/, '') });
  await world.token('Reporting', ends(100));
  await world.token('Legacy');
  await world.token('Night job', ends(12));
  await world.token('Old importer', ends(200));
  await world.token('Gone', ends(200));
  await world.token('Last year', ends(2));
  const id = async (name) => (await world.ada.get(`/api/v1/tokens?name=${name}`)).body.items[0].id;
  await world.revoke(await id('importer'), 'replaced');
  assert.equal((await world.ada.delete(`/api/v1/tokens/${await id('Gone')}`)).status, 204);
  await clock.advance(5 * DAY);

  const view = await new TokensView(page).visit('?sort=name');
  await read(view.names, ['Last year', 'Legacy', 'Night job', 'Old importer', 'Reporting']);
  const says = async (name, mark, note) => {
    await reads(view.row(name).locator('.mark'), mark);
    await reads(view.row(name).locator('.note'), note);
  };
  await says('Last year', 'expired', 'expired 3 days ago');
  await says('Old importer', 'revoked', /^on \d+ \w+ \d{4} by ada$/);
  await says('Night job', 'expires soon', 'expires in 7 days');
  await says('Legacy', 'no expiry', 'works until it is revoked');
  await says('Reporting', 'active', 'expires in 3 months');
  await reads(view.count, '5 tokens');
  const rows = await world.sql('SELECT name FROM tokens ORDER BY name');
  assert.deepEqual(rows.flat(), ['Last year', 'Legacy', 'Night job', 'Old importer', 'Reporting']);
  await accessible(page);
  await pictures(page, 'tokens-list');
});

eachDatabase('s03_s05_a_row_opens_that_token_on_the_right_and_has_an_address_of_its_own', async (world) => {
  const { page, context } = world;
  await world.token('Reporting', { description: 'Makes the figures of the month', expires_at: day(90) });
  const made = await world.token('CI pipeline', { description: 'Deploys', expires_at: day(90) });
  const view = await new TokensView(page).visit();
  await page.evaluate(() => { globalThis.untouched = true; });

  await view.choose('Reporting');
  await sees(view.field('Description'));
  await view.choose('CI pipeline');
  await at(page, `${TOKENS}/${made.id}`);
  assert.equal(await view.field('Description').inputValue(), 'Deploys');
  assert.equal(await view.details.getByText('Reporting').count(), 0);
  assert.match(await page.title(), /^CI pipeline · API Tokens/);
  await read(view.list.locator('[aria-current] .name'), ['CI pipeline']);
  assert.equal(await page.evaluate(() => globalThis.untouched), true, 'the list was not loaded again');
  const [left, right] = [await view.list.boundingBox(), await view.details.boundingBox()];
  assert.ok(left.x + left.width <= right.x, 'the details stand on the right of the list');
  await accessible(page);
  await pictures(page, 'token-details');

  // Back goes to the token before; the address works in another window.
  await page.goBack();
  await reads(view.title, 'Reporting');
  const other = new TokensView(await context.newPage());
  await other.show(made.id);
  await reads(other.title, 'CI pipeline');
  await read(other.list.locator('[aria-current] .name'), ['CI pipeline']);
  await read(other.names, ['CI pipeline', 'Reporting']);
});

eachDatabase('s05_an_address_of_no_token_says_so', async (world) => {
  const { page } = world;
  world.expect(404);
  for (const id of ['01890000-0000-7000-8000-000000000000', 'nonsense']) {
    assert.equal((await page.goto(`${TOKENS}/${id}`)).status(), 404);
    await sees(page.getByText('Status 404'));
  }
  await accessible(page);
});

eachDatabase('s06_s07_parties_that_hold_tokens_are_external_applications', async ({ page }) => {
  const view = await new TokensView(page).visit();
  await view.add();
  await sees(view.details.getByText(/external application/i).first());
  await sees(view.details.getByText(/One token for each application is recommended/));
  assert.equal(await view.details.getByText(/\bclient\b|\bAPI key\b/i).count(), 0);
});

eachDatabase('s08_s10_s29_applications_that_share_a_token_pass_and_end_together', async (world) => {
  const { page, anybody } = world;
  const made = await world.token('Shared');
  const applications = ['first/1.0', 'second/2.0'].map((agent) => () => anybody.bearer(made.token).call('GET', '/api/v1/whoami', undefined, { 'user-agent': agent }));
  for (const call of applications) assert.equal((await call()).status, 200);
  const view = await new TokensView(page).show(made.id);
  await view.mark();
  await view.button('Save').click();
  await view.dialog(/for good/).getByRole('button', { name: 'Revoke for good' }).click();
  await view.says('The token is revoked for good.');
  for (const call of applications) assert.equal((await call()).status, 401);
});

eachDatabase('s16_add_stands_on_top_of_the_list', async (world) => {
  const { page } = world;
  await world.token('CI pipeline');
  const view = await new TokensView(page).visit();
  const [button, row] = [await view.list.getByRole('link', { name: 'Add' }).boundingBox(), await view.row('CI pipeline').boundingBox()];
  assert.ok(button.y + button.height <= row.y, 'above the rows');
  await view.add();
  await at(page, `${TOKENS}/new`);
  await read(view.names, ['CI pipeline']);
  await world.person('rob', await world.role('Token readers', 'allow tokens:read'));
  const rob = new TokensView(await world.signedIn('rob'));
  await rob.visit();
  await sees(rob.row('CI pipeline'));
  assert.equal(await rob.list.getByRole('link', { name: 'Add' }).count(), 0);
  assert.equal(await rob.list.getByRole('checkbox').count(), 0, 'nothing to do with many');
});

eachDatabase('s02_long_lists_go_on_by_themselves', async (world) => {
  const { page } = world;
  const names = Array.from({ length: 120 }, (_, number) => `Token ${String(number).padStart(3, '0')}`);
  for (const name of names) await world.token(name);
  const view = await new TokensView(page).visit('?sort=name');
  const rows = view.list.locator('#rows > li');
  await eventually(async () => {
    await rows.last().scrollIntoViewIfNeeded();
    assert.equal(await rows.count(), names.length);
  }, 20_000);
  await read(view.names, names);
  await misses(view.list.getByRole('link', { name: /^(More|Loading)/ }));
  await reads(view.count, '120 tokens');
  await view.choose('Token 119');
  await read(view.list.locator('[aria-current] .name'), ['Token 119']);
});

eachDatabase('s04_the_filter_bar_stays_on_top_however_far_down_the_chosen_token_stands', async (world) => {
  const { page } = world;
  const oldest = await world.token('Oldest');
  for (let number = 0; number < 40; number += 1) await world.token(`Newer ${number}`);
  const view = await new TokensView(page).show(oldest.id);
  const height = await page.evaluate(() => innerHeight);
  const inside = async (what, element) => {
    const box = await element.boundingBox();
    assert.ok(0 <= box.y && box.y + box.height <= height, `${what} is in sight: ${JSON.stringify(box)}`);
  };
  await view.row('Oldest').scrollIntoViewIfNeeded();
  await inside('the row', view.row('Oldest'));
  await inside('the bar', view.filter);
  await inside('the count', view.count);
  await view.filter.fill('Oldest');
  await read(view.names, ['Oldest']);
  await accessible(page);
});

eachDatabase('narrow_windows_show_one_panel_at_a_time', { context: { viewport: { width: 360, height: 740 } } }, async (world) => {
  const { page } = world;
  await world.token('A name that is rather long for such a small window', { expires_at: day(30) });
  const view = await new TokensView(page).visit();
  const fits = async () => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
  await misses(view.details);
  await fits();
  await accessible(page);
  await view.choose('A name that is rather long for such a small window');
  await misses(view.list);
  await fits();
  await accessible(page);
  await page.getByRole('link', { name: 'All tokens' }).click();
  await sees(view.list);
});
