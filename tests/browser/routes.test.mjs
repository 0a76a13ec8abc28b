// Route rules: one text, every wrong line told, a stale save that keeps the input, and a dry run.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { expected } from './harness/caller.mjs';
import { at, focused, holds, misses, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const PATH = '/admin/route-rules';

const text = (page) => page.getByLabel('Rules', { exact: true });

const save = (page) => page.getByRole('button', { name: 'Save', exact: true }).click();

const stored = async (world) => (await world.ada.get('/api/v1/routes')).body;

eachDatabase('route_rules_are_saved_as_one_text_and_in_force_at_once', async (world) => {
  const { page } = world;
  const { token } = await world.token('CI pipeline', { roles: [await world.role('Reader', 'allow assets:read')] });
  await page.goto(PATH);
  await holds(text(page), '');
  await sees(page.getByText('0 rules saved.'));
  await text(page).fill('# comments are for people\nGET /assets/**   assets:read\n* /a%41 a:b\n');
  await sees(page.getByText('Not saved yet'));
  await save(page);
  await at(page, `${PATH}?done=routes-saved`);
  await sees(page.getByText('Saved. It is in force on every node'));
  await holds(text(page), '* /aA a:b\nGET /assets/** assets:read\n');
  await sees(page.getByText('2 rules saved.'));
  assert.equal((await stored(world)).version, 1);
  assert.equal(await world.status(token, '/authz?permission=assets:read'), 200);
  await page.getByRole('link', { name: 'Changes in the changelog' }).click();
  await sees(page.getByText('ada changed the route rules').first());
  assert.equal(await world.events('routes.changed'), 1);
});

eachDatabase('every_wrong_line_of_route_rules_is_told_and_nothing_is_lost', async (world) => {
  const { page } = world;
  await page.goto(PATH);
  const typed = 'GET /a a:b\nnonsense\nGET /%61 c:d\nget /b a:b\n';
  await text(page).fill(typed);
  world.expect(422);
  await save(page);
  const summary = page.getByRole('alert').filter({ hasText: 'Nothing was saved.' });
  await focused(summary);
  for (const line of ['line 2:', 'line 3:', 'line 4:']) await sees(summary.getByText(line));
  await holds(text(page), typed);
  assert.equal(await text(page).getAttribute('aria-invalid'), 'true');
  await accessible(page);
  assert.equal((await stored(world)).version, 0);
});

eachDatabase('a_stale_save_of_route_rules_keeps_the_input_and_saves_nothing', async (world) => {
  const { page } = world;
  await page.goto(PATH);
  await text(page).fill('GET /mine a:b');
  const rules = [{ method: 'GET', path: '/theirs', permission: 'a:b' }];
  expected(await world.ada.call('PUT', '/api/v1/routes', { rules }, { 'if-match': '"0"' }), 200);
  world.expect(412);
  await save(page);
  const stale = page.getByRole('alert').filter({ hasText: 'Somebody else saved route rules meanwhile. Nothing of yours was saved.' });
  await focused(stale);
  await holds(text(page), 'GET /mine a:b');
  await accessible(page);
  assert.deepEqual((await stored(world)).rules, rules);
  await save(page);
  await sees(page.getByText('Saved. It is in force on every node'));
  assert.deepEqual((await stored(world)).rules, [{ ...rules[0], path: '/mine' }]);
});

eachDatabase('a_dry_run_of_route_rules_tells_which_one_decides', async (world) => {
  const { page } = world;
  const rules = [{ method: 'GET', path: '/assets/**', permission: 'assets:read' }];
  expected(await world.ada.call('PUT', '/api/v1/routes', { rules }, { 'if-match': '"0"' }), 200);
  await page.goto(PATH);
  for (const [method, path, told] of [
    ['GET', '/assets/1', /^rule Needs assets:read, by the rule GET \/assets\/\*\* assets:read\.$/],
    ['PUT', '/assets/1', /^refused Refused: no rule is about this method and path\.$/],
    ['GET', '/assets/../x', /^refused Refused: a path has no segment/],
  ]) {
    await page.getByLabel('Method').fill(method);
    await page.getByLabel('Path').fill(path);
    await page.getByRole('button', { name: 'Ask' }).click();
    await reads(page.locator('#decides'), told);
    await holds(page.getByLabel('Path'), path);
  }
});

eachDatabase('whoever_may_only_read_route_rules_cannot_save_them', async (world) => {
  await world.person('eve', await world.role('Looks', 'allow routes:read'));
  const eve = await world.signedIn('eve');
  assert.equal((await eve.goto(PATH)).status(), 200);
  assert.equal(await text(eve).getAttribute('readonly'), '');
  await misses(eve.getByRole('button', { name: 'Save', exact: true }));
});

eachDatabase('without_script_route_rules_are_saved_and_asked', { script: false }, async (world) => {
  const { page } = world;
  await page.goto(PATH);
  await text(page).fill('GET /a a:b');
  await save(page);
  await sees(page.getByText('Saved. It is in force on every node'));
  await page.getByLabel('Method').fill('GET');
  await page.getByLabel('Path').fill('/a');
  await page.getByRole('button', { name: 'Ask' }).click();
  await reads(page.locator('#decides'), /Needs a:b/);
});
