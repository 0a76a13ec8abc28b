// Roles: the panels, rules as rows, and what they do to the next call of whoever holds the role.
import assert from 'node:assert/strict';
import { expected } from './harness/caller.mjs';
import { ROLES, RolesView } from './harness/panels_view.mjs';
import { at, eventually, focused, holds, misses, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const BUILT_IN = ['admin', 'All external applications', 'All users'];

const rules = (world, name) => world.sql(`SELECT rule FROM role_rules JOIN roles ON roles.id = role_id WHERE roles.name = '${name}' ORDER BY position`).then((rows) => rows.flat());

eachDatabase('t02_roles_have_the_two_panels_the_filter_and_add', async (world) => {
  const { page, context } = world;
  await world.role('Reader', 'allow assets:read');
  await world.role('Importer', 'allow assets:create', 'allow assets:update');
  const view = await new RolesView(page).visit();
  await page.evaluate(() => { globalThis.untouched = true; });
  await read(view.names, ['admin', 'All external applications', 'All users', 'Importer', 'Reader']);
  for (const name of BUILT_IN) await reads(view.row(name).locator('.mark'), 'built-in');
  await reads(view.row('admin').locator('.note'), 'may do everything');
  await reads(view.row('All users').locator('.note'), 'no rules, no effect');
  await reads(view.row('Reader').locator('.note'), '1 rule');
  await reads(view.row('Importer').locator('.note'), '2 rules');
  await view.choose('Importer');
  const id = view.id();
  const [left, right] = [await view.list.boundingBox(), await view.details.boundingBox()];
  assert.ok(left.x + left.width <= right.x, 'the details stand on the right of the list');
  await view.filter.pressSequentially('READ');
  await read(view.names, ['Reader']);
  await at(page, `${ROLES}/${id}?name=READ`);
  await reads(view.title, 'Importer');
  await view.filter.fill('x');
  await read(view.names, ['All external applications']);
  await view.filter.fill('nothing like it');
  await sees(view.list.getByText('Nothing fits these filters.'));
  assert.equal(await page.evaluate(() => globalThis.untouched), true, 'the page was not loaded again');
  const other = await new RolesView(await context.newPage()).show(id);
  await reads(other.title, 'Importer');
  await read(other.list.locator('[aria-current] .name'), ['Importer']);
});

eachDatabase('t02_a_new_role_has_name_and_description_and_no_effect_until_it_carries_rules', async (world) => {
  const { page } = world;
  const view = await new RolesView(page).visit();
  await view.add();
  await focused(view.field('Name'));
  for (const label of ['Name', 'Description']) assert.equal(await view.field(label).inputValue(), '', label);
  assert.deepEqual([await view.rules.count(), await view.chosen.count()], [0, 0]);
  await view.field('Name').fill('Token readers');
  await view.field('Description').fill('Look at tokens,\nand at nothing else.');
  await view.save('The role is made.');
  await at(page, /^\/admin\/roles\/[0-9a-f-]{36}/);
  await reads(view.row('Token readers').locator('.note'), 'no rules, no effect');
  assert.deepEqual(await world.sql("SELECT name, description, version FROM roles WHERE name = 'Token readers'"), [['Token readers', 'Look at tokens,\nand at nothing else.', '1']]);
  const { token } = await world.token('CI pipeline', { roles: [view.id()] });
  assert.equal(await world.status(token), 200);
  assert.equal(await world.status(token, '/api/v1/tokens'), 403, 'without rules');
  await view.addRule('allow', 'tokens', 'read');
  await sees(view.form.getByText('Not saved yet'));
  assert.equal(await world.status(token, '/api/v1/tokens'), 403, 'before the save');
  await view.save('Saved. It is in force on every node');
  assert.deepEqual([await world.status(token, '/api/v1/tokens'), await world.status(token, '/api/v1/roles')], [200, 403]);
  assert.deepEqual(await rules(world, 'Token readers'), ['allow tokens:read']);
  await view.button('Remove rule 1').click();
  await view.save('Saved.');
  assert.equal(await world.status(token, '/api/v1/tokens'), 403, 'without rules again');
  await reads(view.details.locator('#history li').first(), /ada changed role Token readers/);
  assert.equal(await world.events('role.updated'), 2);
});

eachDatabase('t06_rules_are_rows_and_deny_wins', async (world) => {
  const { page } = world;
  const role = await world.role('Operator', 'allow roles:read');
  const other = await world.role('Everything', 'allow *:read');
  const { token } = await world.token('CI pipeline', { roles: [role, other] });
  const calls = async () => [await world.status(token, '/api/v1/tokens'), await world.status(token, '/api/v1/roles'), await world.status(token, '/api/v1/users')];
  assert.deepEqual(await calls(), [200, 200, 200]);
  const view = await new RolesView(page).show(role);
  await view.addRule('deny', 'tokens', 'read');
  await view.addRule('allow', 'tokens', '*');
  await view.addRule('deny', 'users', '*');
  assert.deepEqual(await view.rules.evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('select, input')].map((part) => [part.getAttribute('aria-label'), part.value]))), [
    [['Effect 1', 'allow'], ['Resource 1', 'roles'], ['Action 1', 'read']],
    [['Effect 2', 'deny'], ['Resource 2', 'tokens'], ['Action 2', 'read']],
    [['Effect 3', 'allow'], ['Resource 3', 'tokens'], ['Action 3', '*']],
    [['Effect 4', 'deny'], ['Resource 4', 'users'], ['Action 4', '*']],
  ]);
  await view.save('Saved.');
  assert.deepEqual(await calls(), [403, 200, 403]);
  assert.deepEqual(await rules(world, 'Operator'), ['allow roles:read', 'deny tokens:read', 'allow tokens:*', 'deny users:*']);
  await view.rules.nth(1).getByRole('combobox', { name: 'Effect 2' }).selectOption('allow');
  await view.button('Remove rule 4').click();
  await view.save('Saved.');
  assert.deepEqual(await calls(), [200, 200, 200]);
  // What is known is offered while typing.
  const offered = await view.form.evaluate((form) => ['resources', 'known-actions'].map((id) => [...form.querySelectorAll(`#${id} option`)].map((option) => option.value)));
  assert.ok(['*', 'tokens', 'events'].every((name) => offered[0].includes(name)), offered[0]);
  assert.ok(['*', 'read', 'revoke'].every((name) => offered[1].includes(name)), offered[1]);
  // Rows left empty are dropped.
  await view.button('+ Add rule').click();
  await view.save('Saved.');
  assert.equal(await view.rules.count(), 3);
});

eachDatabase('t06_the_rules_of_the_implicit_roles_are_edited_and_nothing_else_of_them', async (world) => {
  const { page } = world;
  await world.person('eve');
  const eve = await world.anybody.signIn('eve');
  const { token } = await world.token('CI pipeline');
  assert.deepEqual([await eve.status('/api/v1/roles'), await world.status(token, '/api/v1/roles')], [403, 403]);
  const view = await new RolesView(page).visit();
  const gives = { 'All users': [200, 403], 'All external applications': [200, 200] };
  for (const [name, statuses] of Object.entries(gives)) {
    await view.choose(name);
    for (const label of ['Name', 'Description']) assert.equal(await view.field(label).getAttribute('readonly'), '', label);
    await misses(view.link('Delete'));
    await misses(view.button('+ Add person'));
    await sees(view.details.getByText('Everybody of its kind holds this role, without being given it.'));
    await view.addRule('allow', 'roles', 'read');
    await view.save('Saved.');
    assert.deepEqual([await eve.status('/api/v1/roles'), await world.status(token, '/api/v1/roles')], statuses, name);
  }
  await view.choose('All users');
  await view.addRule('deny', 'roles', 'read');
  await view.save('Saved.');
  assert.deepEqual([await eve.status('/api/v1/roles'), await world.status(token, '/api/v1/roles')], [403, 200]);
  assert.equal(await world.ada.status('/api/v1/roles'), 200, 'no rule denies what admin grants');
});

eachDatabase('what_is_wrong_with_a_role_is_said_at_its_field_and_input_is_kept', async (world) => {
  const { page } = world;
  await world.role('Reader', 'allow assets:read');
  const view = await new RolesView(page).visit();
  await view.add();
  await view.field('Name').fill('   ');
  await view.field('Description').fill('kept');
  await view.addRule('allow', 'Assets!', 'read');
  await view.addRule('deny', 'assets.*', 'read');
  world.expect(422);
  await view.save();
  await sees(view.summary);
  await focused(view.summary);
  await read(view.summary.getByRole('link'), ['Name', 'Rules']);
  await sees(page.locator('#name-problem'));
  await reads(page.locator('#rules-problem'), /^Rule 1: /);
  await holds(view.field('Description'), 'kept');
  await holds(view.form.getByLabel('Resource 1'), 'Assets!');
  await holds(view.form.getByLabel('Effect 2'), 'deny');
  assert.equal(await world.value('SELECT count(*) FROM roles'), '4');
  await view.form.getByLabel('Resource 1').fill('assets');
  for (const twin of ['READER', 'ｒｅａｄｅｒ', ' Reader ', 'ADMIN']) {
    world.watch().allow(409);
    await view.field('Name').fill(twin);
    await view.save();
    await reads(page.locator('#name-problem'), /the name of another role/);
  }
  await view.field('Name').fill('Writer');
  await view.save('The role is made.');
  assert.deepEqual(await rules(world, 'Writer'), ['allow assets:read', 'deny assets.*:read']);
});

eachDatabase('a_stale_save_of_a_role_shows_what_others_changed_and_saves_nothing', async (world) => {
  const { page, ada } = world;
  const id = await world.role('Reader', 'allow assets:read');
  const view = await new RolesView(page).show(id);
  expected(await ada.patch(`/api/v1/roles/${id}`, 1, { description: 'theirs' }), 200);
  await view.field('Name').fill('Mine');
  await view.addRule('deny', 'assets', 'delete');
  world.expect(412);
  await view.save();
  await sees(view.stale.getByText('Somebody else saved this role meanwhile. Nothing of yours was saved.'));
  await focused(view.stale);
  await reads(view.stale.locator('.history'), /ada changed role Reader .*description: nothing theirs/);
  await holds(view.field('Name'), 'Mine');
  await holds(view.form.getByLabel('Effect 2'), 'deny');
  const stored = () => world.sql("SELECT name, description, version FROM roles WHERE name IN ('Reader', 'Mine')");
  assert.deepEqual(await stored(), [['Reader', 'theirs', '2']]);
  assert.deepEqual(await rules(world, 'Reader'), ['allow assets:read']);
  await view.save('Saved.');
  assert.deepEqual(await stored(), [['Mine', '', '3']]);
});

eachDatabase('t05_a_role_that_is_not_saved_warns_before_it_is_left', async (world) => {
  const { page } = world;
  await world.role('Reader', 'allow assets:read');
  await world.role('Writer', 'allow assets:update');
  const changes = [
    (view) => view.field('Description').fill('typed'),
    (view) => view.addRule('allow', 'assets', 'delete'),
    (view) => view.button('Remove rule 1').click(),
    (view) => view.addPerson('ada'),
  ];
  const view = await new RolesView(page).visit();
  for (const change of changes) {
    await view.choose('Reader');
    // Untouched, it is left without a question.
    await view.choose('Writer');
    await view.choose('Reader');
    await change(view);
    await sees(view.form.getByText('Not saved yet'));
    for (const leave of [() => view.row('Writer').getByRole('link').click(), () => page.getByRole('link', { name: 'Overview' }).click({ noWaitAfter: true })]) {
      const { type } = await world.answer('dismiss', leave);
      assert.ok(['confirm', 'beforeunload'].includes(type), type);
      await reads(view.title, 'Reader');
    }
    assert.match((await world.answer('accept', () => view.row('Writer').getByRole('link').click())).message, /not saved/);
    await reads(view.title, 'Writer');
  }
  assert.deepEqual(await rules(world, 'Reader'), ['allow assets:read']);
  assert.deepEqual(await world.sql("SELECT version FROM roles WHERE name IN ('Reader', 'Writer')"), [['1'], ['1']]);
  assert.equal(await world.events('role.updated'), 0);
});

eachDatabase('somebody_who_only_reads_roles_sees_their_rules_and_changes_none', async (world) => {
  const id = await world.role('Reader', 'allow assets:read');
  await world.person('eve', await world.role('Looks', 'allow roles:read'));
  const page = await world.signedIn('eve');
  const view = await new RolesView(page).show(id);
  await holds(view.form.getByLabel('Resource 1'), 'assets');
  for (const label of ['Name', 'Description', 'Resource 1', 'Action 1']) assert.equal(await view.field(label).getAttribute('readonly'), '', label);
  assert.ok(await view.form.getByLabel('Effect 1').isDisabled());
  for (const name of ['Save', '+ Add rule', '+ Add person', 'Remove rule 1']) await misses(view.button(name));
  await misses(view.link('Delete'));
  await eventually(async () => assert.equal(await view.list.getByRole('link', { name: 'Add' }).count(), 0));
});
