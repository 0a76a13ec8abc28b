// People: accounts, their roles by slots, the tokens they made, and the end of an account.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { PASSWORD, expected } from './harness/caller.mjs';
import { USERS, UsersView } from './harness/panels_view.mjs';
import { TokensView } from './harness/tokens_view.mjs';
import { at, focused, holds, misses, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const roles = (world, username) => world.sql(`SELECT roles.name FROM user_roles JOIN roles ON roles.id = role_id JOIN users ON users.id = user_id WHERE username = '${username}' ORDER BY 1`).then((rows) => rows.flat());

const names = async (world) => (await world.sql('SELECT username FROM users ORDER BY 1')).flat();

eachDatabase('people_have_the_two_panels_the_filter_and_their_states', async (world) => {
  const { page, ada } = world;
  const reader = await world.role('Reader', 'allow assets:read');
  await world.person('bob', reader);
  expected(await ada.post('/api/v1/users', { username: 'eve', display_name: 'Eve Polastri', roles: [], enabled: false }), 201);
  expected(await ada.post('/api/v1/users', { username: 'grace', display_name: 'Grace Hopper', roles: [] }), 201);
  const view = await new UsersView(page).visit();
  await read(view.names, ['ada', 'bob', 'eve', 'grace']);
  await read(view.list.locator('#rows .mark'), ['enabled', 'enabled', 'disabled', 'no password']);
  await reads(view.row('grace').locator('.note'), 'Grace Hopper');
  await view.filter.pressSequentially('HOPP');
  await read(view.names, ['grace']);
  await at(page, `${USERS}?name=HOPP`);
  await view.filter.fill('');
  const choose = (what, label) => view.list.getByRole('combobox', { name: what }).selectOption({ label });
  await choose('Role', 'Reader');
  await read(view.names, ['bob']);
  await choose('Role', 'Any role');
  await choose('State', 'disabled');
  await read(view.names, ['eve']);
  await view.choose('eve', 'eve (Eve Polastri)');
  await at(page, /\/admin\/users\/[0-9a-f-]{36}\?enabled=false$/);
});

eachDatabase('a_new_person_signs_in_with_the_password_they_were_given', async (world) => {
  const { page } = world;
  await world.role('Role readers', 'allow roles:read');
  await world.role('Spare', 'allow assets:read');
  const view = await new UsersView(page).visit();
  await view.add();
  await focused(view.field('User name'));
  await accessible(page);
  await view.field('User name').fill('Grace');
  await view.field('Name').fill('Grace Hopper');
  await view.addRole('Role readers');
  await view.addRole();
  await view.addRole('Spare');
  await view.button('Remove role 3').click();
  assert.ok(await view.field('May sign in').isChecked());
  await view.field('Password').fill('wonderful compilers');
  await view.save('The account is made.');
  await reads(view.title, 'Grace (Grace Hopper)');
  await reads(view.details.locator('.head .mark'), 'enabled');
  assert.deepEqual(await world.sql("SELECT username, display_name, version, created_by_name FROM users WHERE username <> 'ada'"), [['Grace', 'Grace Hopper', '1', 'ada']]);
  assert.deepEqual(await roles(world, 'Grace'), ['Role readers']);
  for (const text of [await world.dump(), await world.log(), await page.content()]) assert.ok(!text.includes('wonderful compilers'));

  const grace = await world.browser();
  await world.signIn(grace, 'grace', 'wonderful compilers');
  await sees(grace.getByRole('link', { name: 'Grace Hopper' }));
  assert.equal((await grace.goto('/admin/roles')).status(), 200);
  world.watch(grace).expect(403);
  assert.equal((await grace.goto(USERS)).status(), 403);
  // A save gives and takes roles at once.
  await view.button('Remove role 1').click();
  await view.addRole('Spare');
  await view.save('Saved. It is in force on every node.');
  assert.deepEqual(await roles(world, 'Grace'), ['Spare']);
  assert.equal((await grace.goto('/admin/roles')).status(), 403);
});

eachDatabase('a_person_without_a_password_cannot_sign_in_yet', async (world) => {
  const { page } = world;
  const view = await new UsersView(page).visit();
  await view.add();
  await view.field('User name').fill('eve');
  await view.save('The account is made.');
  await reads(view.details.locator('.head .mark'), 'no password');
  const refused = async () => (await world.anybody.post('/api/v1/session', { username: 'eve', password: PASSWORD })).status;
  assert.equal(await refused(), 401);
  await view.field('New password').fill(PASSWORD);
  await view.save('Saved.');
  await reads(view.details.locator('.head .mark'), 'enabled');
  await world.signedIn('eve');
  await view.visit();
  await view.add();
  await view.field('User name').fill('bob');
  await view.field('Password').fill(PASSWORD);
  await view.field('May sign in').uncheck();
  await view.save('The account is made.');
  await reads(view.details.locator('.head .mark'), 'disabled');
  assert.equal((await world.anybody.post('/api/v1/session', { username: 'bob', password: PASSWORD })).status, 401);
});

eachDatabase('what_is_wrong_with_a_person_is_said_at_its_field_and_only_the_password_is_not_kept', async (world) => {
  const { page } = world;
  await world.role('Reader', 'allow assets:read');
  const view = await new UsersView(page).visit();
  await view.add();
  await view.field('User name').fill('   ');
  await view.field('Name').fill(`${'x'.repeat(101)}`);
  await view.addRole('Reader');
  await view.field('Password').fill('short');
  world.expect(422);
  await view.save();
  await sees(view.summary);
  await focused(view.summary);
  await read(view.summary.getByRole('link'), ['User name', 'Display name', 'Password']);
  for (const id of ['username', 'display_name', 'password']) {
    await sees(page.locator(`#${id}-problem`));
    assert.equal(await page.locator(`#${id}`).getAttribute('aria-invalid'), 'true', id);
  }
  await reads(page.locator('#password-problem'), /at least 12 characters/);
  await holds(view.field('Name'), 'x'.repeat(101));
  await holds(view.field('Password'), '');
  await read(view.chosen.locator('option:checked'), ['Reader']);
  await accessible(page);
  await view.field('Name').fill('Eve');
  await view.field('Password').fill(PASSWORD);
  world.expect(409);
  for (const twin of ['ADA', 'ａｄａ', ' Ada ']) {
    await view.field('User name').fill(twin);
    await view.field('Password').fill(PASSWORD);
    await view.save();
    await reads(page.locator('#username-problem'), /is taken/i);
  }
  assert.deepEqual(await names(world), ['ada']);
  await view.field('User name').fill('eve');
  await view.field('Password').fill(PASSWORD);
  await view.save('The account is made.');
  assert.deepEqual([await names(world), await roles(world, 'eve')], [['ada', 'eve'], ['Reader']]);
});

eachDatabase('tokens_that_a_person_made_are_linked_and_offered_to_be_revoked', async (world) => {
  const { page } = world;
  const id = await world.person('bob', await world.role('Token makers', 'allow tokens:*'));
  const bob = await world.anybody.signIn('bob');
  const made = [];
  for (const name of ['Nightly', 'Weekly']) made.push(expected(await bob.post('/api/v1/tokens', { name }), 201));
  await world.token('CI pipeline');
  const view = await new UsersView(page).show(id);
  await view.link('2 tokens').click();
  await at(page, `/admin/api-tokens?created_by=${id}`);
  await read(page.locator('#rows .name'), ['Weekly', 'Nightly']);
  await page.goBack();
  await misses(view.details.getByText('Tokens that this person made still work.'));
  await view.field('May sign in').uncheck();
  await view.save('Saved.');
  await sees(view.details.getByText('Tokens that this person made still work.'));
  for (const { token } of made) assert.equal(await world.status(token), 200);
  await view.link('Choose which to revoke').click();
  const tokens = new TokensView(page);
  await read(tokens.names, ['Weekly', 'Nightly']);
  await page.getByRole('checkbox', { name: 'Select Nightly' }).check();
  await page.getByRole('button', { name: 'Revoke selected' }).click();
  await page.getByRole('button', { name: 'Revoke for good' }).click();
  await sees(page.getByText('The chosen tokens are revoked for good.'));
  assert.deepEqual([await world.status(made[0].token), await world.status(made[1].token)], [401, 200]);
  // The way back leads to the same list.
  assert.equal(new URL(page.url()).searchParams.get('created_by'), id);
  await read(tokens.names, ['Weekly', 'Nightly']);
});

eachDatabase('a_deleted_person_is_gone_and_their_tokens_go_on', async (world) => {
  const { page } = world;
  const id = await world.person('bob', await world.role('Token makers', 'allow tokens:*'));
  const bob = await world.anybody.signIn('bob');
  const made = expected(await bob.post('/api/v1/tokens', { name: 'Nightly' }), 201);
  const window = await world.signedIn('bob');
  const view = await new UsersView(page).show(id);
  await view.link('Delete').click();
  await reads(view.title, 'Delete “bob”?');
  await sees(view.details.getByText('The tokens this person made go on working;'));
  await accessible(page);
  await view.link('Cancel').click();
  await reads(view.title, 'bob');
  assert.equal(await bob.status('/api/v1/tokens'), 200);
  await view.link('Delete').click();
  await view.button('Delete').click();
  await view.says('The account is deleted, and all its sessions have ended.');
  await read(view.names, ['ada']);
  assert.deepEqual([await names(world), await world.value('SELECT count(*) FROM sessions JOIN users ON users.id = user_id')], [['ada'], '2']);
  assert.deepEqual([await bob.status('/api/v1/tokens'), await world.status(made.token)], [401, 200]);
  assert.equal(await world.events('user.deleted'), 1);
  await window.reload();
  await at(window, /^\/sign-in/);
  world.expect(404);
  assert.equal((await page.goto(`${USERS}/${id}`)).status(), 404);
  await page.goto(`/admin/api-tokens/${made.id}`);
  await reads(page.locator('#access'), /by bob/);
});

eachDatabase('t04_the_last_person_who_may_do_everything_stays', async (world) => {
  const { page } = world;
  const { items: [{ id }] } = expected(await world.ada.get('/api/v1/users?name=ada'), 200);
  const told = 'Nobody else holds the role ‘admin’ and can sign in';
  const stays = async () => {
    assert.deepEqual(await world.sql("SELECT username, version FROM users WHERE username = 'ada'"), [['ada', '1']]);
    assert.deepEqual(await roles(world, 'ada'), ['admin']);
  };
  // One who cannot sign in is nobody to leave it to.
  expected(await world.ada.post('/api/v1/users', { username: 'idle', roles: (await world.ada.get(`/api/v1/users/${id}`)).body.roles }), 201);
  const view = await new UsersView(page).show(id);
  world.expect(409);
  await view.button('Remove role 1').click();
  await view.save();
  await view.says(told);
  await stays();
  await world.answer('accept', () => view.show(id));
  await view.field('May sign in').uncheck();
  await view.save();
  await view.says(told);
  await stays();
  await world.answer('accept', () => view.show(id));
  await view.link('Delete').click();
  await view.button('Delete').click();
  await view.says(told);
  await stays();
  assert.equal((await page.goto(USERS)).status(), 200, 'still signed in');
});

eachDatabase('a_stale_save_of_a_person_keeps_the_input_and_saves_nothing', async (world) => {
  const { page, ada } = world;
  const id = await world.person('bob');
  const view = await new UsersView(page).show(id);
  expected(await ada.patch(`/api/v1/users/${id}`, 1, { display_name: 'theirs' }), 200);
  await view.field('Name').fill('mine');
  await view.field('May sign in').uncheck();
  world.expect(412);
  await view.save();
  await sees(view.stale.getByText('Somebody else saved this person meanwhile. Nothing of yours was saved.'));
  await reads(view.stale.locator('.history'), /ada changed person bob .*display name: nothing theirs/);
  await holds(view.field('Name'), 'mine');
  assert.ok(!(await view.field('May sign in').isChecked()));
  await accessible(page);
  const stored = () => world.sql("SELECT display_name, version FROM users WHERE username = 'bob'");
  assert.deepEqual(await stored(), [['theirs', '2']]);
  await view.save('Saved.');
  assert.deepEqual(await stored(), [['mine', '3']]);
});
