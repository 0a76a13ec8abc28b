// Who holds a role: people by slots, tokens, the role `admin` that somebody always holds, and the end of a role.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { expected } from './harness/caller.mjs';
import { ROLES, RolesView } from './harness/panels_view.mjs';
import { at, eventually, focused, misses, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const HOLDERS = 'SELECT roles.name, username FROM user_roles JOIN roles ON roles.id = role_id JOIN users ON users.id = user_id ORDER BY 1, 2';

const holders = async (world, role) => (await world.sql(HOLDERS)).filter(([name]) => name === role).map(([, username]) => username);

eachDatabase('t03_people_are_given_a_role_and_lose_it_by_slots', async (world) => {
  const { page } = world;
  for (const username of ['bob', 'eve', 'grace']) await world.person(username);
  const id = await world.role('Role readers', 'allow roles:read');
  const [bob, eve] = [await world.anybody.signIn('bob'), await world.anybody.signIn('eve')];
  const view = await new RolesView(page).show(id);
  await view.addPerson('bob');
  await view.addPerson();
  await focused(view.chosen.nth(1));
  await view.addPerson('eve');
  await read(view.chosen.nth(1).getByRole('option'), ['Choose a person', 'ada', 'bob', 'eve', 'grace']);
  assert.deepEqual([await bob.status('/api/v1/roles'), await eve.status('/api/v1/roles')], [403, 403], 'before the save');
  await view.save('Saved.');
  assert.equal(await view.chosen.count(), 2, 'the empty slot is gone');
  assert.deepEqual(await holders(world, 'Role readers'), ['bob', 'eve']);
  assert.deepEqual([await bob.status('/api/v1/roles'), await eve.status('/api/v1/roles')], [200, 200]);
  await reads(view.details.locator('#used'), /Held by 0 tokens and 2 people\./);
  await view.button('Remove person 1').click();
  await focused(view.chosen.first());
  await view.save('Saved.');
  assert.equal((await holders(world, 'Role readers')).length, 1);
  assert.deepEqual([await bob.status('/api/v1/roles'), await eve.status('/api/v1/roles')].sort(), [200, 403]);
  await view.chosen.first().selectOption({ label: 'grace' });
  await view.save('Saved.');
  assert.deepEqual(await holders(world, 'Role readers'), ['grace']);
});

eachDatabase('t03_a_role_shows_which_tokens_hold_it', async (world) => {
  const { page } = world;
  const id = await world.role('Reader', 'allow assets:read');
  const made = await world.token('CI pipeline', { roles: [id] });
  const gone = await world.token('Old importer', { roles: [id] });
  await world.token('Reporting');
  await world.revoke(gone.id);
  await world.person('bob', id);
  const view = await new RolesView(page).show(id);
  const used = view.details.locator('#used');
  await reads(used, /Held by 2 tokens and 1 person\./);
  await read(used.getByRole('listitem'), ['Old importer revoked', 'CI pipeline no expiry']);
  await used.getByRole('link', { name: 'CI pipeline' }).click();
  await at(page, `/admin/api-tokens/${made.id}`);
  await page.goBack();
  await used.getByRole('link', { name: '2 tokens' }).click();
  await at(page, `/admin/api-tokens?role=${id}`);
  await read(page.locator('#rows .name'), ['Old importer', 'CI pipeline']);
});

const admin = async (world) => expected(await world.ada.get('/api/v1/roles?name=admin'), 200).items.find((role) => role.name === 'admin').id;

/** What a form would send, sent by a script on the page; gives status and text. */
const send = (page, path, fields) => page.evaluate(async ([to, members]) => {
  const csrf = document.querySelector('.me input[name=csrf]').value;
  const answer = await fetch(to, { method: 'POST', body: new URLSearchParams({ csrf, ...members }) });
  return [answer.status, new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main').innerText];
}, [path, fields]);

eachDatabase('t04_admin_may_do_everything_and_is_neither_edited_nor_removed', async (world) => {
  const { page } = world;
  const id = await admin(world);
  const view = await new RolesView(page).show(id);
  await sees(view.details.getByText('This role may do everything. No rule denies what it grants.'));
  for (const label of ['Name', 'Description']) assert.equal(await view.field(label).getAttribute('readonly'), '', label);
  for (const name of ['+ Add rule', 'Remove rule 1']) await misses(view.button(name));
  await misses(view.link('Delete'));
  assert.equal(await view.rules.count(), 0);
  const before = await world.sql('SELECT name, description, version FROM roles ORDER BY name');
  const version = before.find(([name]) => name === 'admin')[2];
  world.watch().allow(409, 422);
  // What the form does not offer, sent all the same.
  const [edited] = await send(page, `${ROLES}/${id}`, { name: 'root', description: 'changed', effect: 'deny', resource: '*', action: '*', version, do: 'save' });
  const [deleted, told] = await send(page, `${ROLES}/${id}/delete`, { held: 'yes', do: 'delete' });
  assert.equal(deleted, 409);
  assert.match(told, /built-in role cannot be deleted/i);
  assert.deepEqual(await world.sql('SELECT name, description FROM roles ORDER BY name'), before.map((row) => row.slice(0, 2)), `edited: ${edited}`);
  assert.equal(await world.value('SELECT count(*) FROM role_rules'), '0');
  assert.deepEqual(await holders(world, 'admin'), ['ada']);
  // Denies of other roles do not reach it.
  const denies = await world.role('Nothing', 'deny *:*');
  const { items: [ada] } = expected(await world.ada.get('/api/v1/users?name=ada'), 200);
  expected(await world.ada.patch(`/api/v1/users/${ada.id}`, ada.version, { roles: [id, denies] }), 200);
  await view.visit();
  await read(view.names, ['admin', 'All external applications', 'All users', 'Nothing']);
  await view.add();
});

eachDatabase('t04_the_last_person_who_holds_admin_cannot_lose_it', async (world) => {
  const { page } = world;
  const id = await admin(world);
  await world.person('bob');
  const view = await new RolesView(page).show(id);
  await view.button('Remove person 1').click();
  world.expect(409);
  await view.save();
  await view.says('Nobody else holds the role ‘admin’ and can sign in; give it to somebody before you take it from this person.');
  assert.deepEqual(await holders(world, 'admin'), ['ada']);
  assert.equal(await view.chosen.count(), 0, 'the input is kept');
  // Given to somebody else in the same save, it can be taken.
  await view.addPerson('bob');
  world.watch().allow(403);
  await view.save();
  await eventually(async () => assert.deepEqual(await holders(world, 'admin'), ['bob']));
  assert.equal((await page.goto(ROLES)).status(), 403, 'ada may do nothing more');
  const bob = await world.signedIn('bob');
  assert.equal((await bob.goto(ROLES)).status(), 200);
});

eachDatabase('who_could_names_the_roles_and_rules_that_decide', async (world) => {
  const { page } = world;
  const reader = await world.role('Reader', 'allow assets.*:read', 'deny assets.secret:read');
  await world.role('Writer', 'allow assets.list:write');
  const everybody = expected(await world.ada.get('/api/v1/roles?name=external'), 200).items[0];
  expected(await world.ada.patch(`/api/v1/roles/${everybody.id}`, everybody.version, { rules: [{ effect: 'allow', permission: 'assets.list:read' }] }), 200);
  await world.token('CI pipeline', { roles: [reader] });
  for (const username of ['bob', 'eve']) await world.person(username, reader);
  const view = await new RolesView(page).visit();
  await view.details.getByRole('link', { name: 'Who could do something?' }).click();
  await at(page, `${ROLES}/who-could`);
  const ask = async (permission) => {
    await view.details.getByLabel('Permission').fill(permission);
    await view.button('Ask').click();
    await at(page, `${ROLES}/who-could?permission=${encodeURIComponent(permission).replaceAll('%20', '+')}`);
  };
  const rows = () => view.details.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
  await ask('assets.list:read');
  assert.deepEqual(await rows(), [
    ['admin', 'allows', 'above every rule', '0 tokens, 1 person'],
    ['All external applications', 'allows', 'allow assets.list:read', 'every token'],
    ['Reader', 'allows', 'allow assets.*:read', '1 token, 2 people'],
  ]);
  await accessible(page);
  await ask('assets.secret:read');
  assert.deepEqual((await rows()).map((row) => row.slice(0, 3)), [['admin', 'allows', 'above every rule'], ['Reader', 'denies', 'deny assets.secret:read']]);
  await view.details.getByRole('link', { name: 'Reader' }).click();
  await at(page, `${ROLES}/${reader}`);
  await view.link('Who could …').click();
  await ask('<b>everything');
  await reads(page.locator('#permission-problem'), /A permission looks like .assets:read.\.$/);
  assert.equal(await view.details.locator('tbody').count(), 0);
});

eachDatabase('a_role_in_use_says_where_before_it_is_deleted', async (world) => {
  const { page } = world;
  const id = await world.role('Role readers', 'allow roles:read');
  const texts = [];
  for (const name of ['CI pipeline', 'Reporting']) texts.push((await world.token(name, { roles: [id] })).token);
  for (const username of ['bob', 'eve', 'grace']) await world.person(username, id);
  const bob = await world.anybody.signIn('bob');
  const view = await new RolesView(page).show(id);
  await view.link('Delete').click();
  await reads(view.title, 'Delete “Role readers”?');
  await sees(view.details.getByText('Held by 2 tokens and 3 people, who lose it at once.'));
  await accessible(page);
  await view.link('Cancel').click();
  await reads(view.title, 'Role readers');
  assert.deepEqual([await world.status(texts[0], '/api/v1/roles'), await bob.status('/api/v1/roles')], [200, 200]);
  await view.link('Delete').click();
  await view.button('Delete').click();
  await view.says('The role is deleted, and nobody holds it any more.');
  await at(page, /^\/admin\/roles\?/);
  await read(view.names, ['admin', 'All external applications', 'All users']);
  for (const text of texts) assert.deepEqual([await world.status(text), await world.status(text, '/api/v1/roles')], [200, 403]);
  assert.equal(await bob.status('/api/v1/roles'), 403);
  assert.deepEqual(await world.sql('SELECT (SELECT count(*) FROM token_roles), (SELECT count(*) FROM role_rules)'), [['0', '0']]);
  assert.equal(await world.events('role.deleted'), 1);
  world.expect(404);
  assert.equal((await page.goto(`${ROLES}/${id}`)).status(), 404);
});

eachDatabase('a_role_that_came_into_use_since_the_question_is_asked_about_again', async (world) => {
  const { page } = world;
  const id = await world.role('Role readers', 'allow roles:read');
  const view = await new RolesView(page).show(id);
  await view.link('Delete').click();
  await sees(view.details.getByText('Nobody holds this role.'));
  const { token } = await world.token('CI pipeline', { roles: [id] });
  world.expect(409);
  await view.button('Delete').click();
  await view.says(/^The role is in use by 1 tokens? and 0 people/);
  await sees(view.details.getByText('Held by 1 token and 0 people, who lose it at once.'));
  assert.equal(await world.status(token, '/api/v1/roles'), 200);
  assert.equal(await world.events('role.deleted'), 0);
  await view.button('Delete').click();
  await view.says('The role is deleted');
  assert.equal(await world.status(token, '/api/v1/roles'), 403);
});
