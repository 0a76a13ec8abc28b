// Sessions of people and what ends them: a disabled account, signing out everywhere, another password.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { PASSWORD, expected } from './harness/caller.mjs';
import { UsersView } from './harness/panels_view.mjs';
import { at, focused, holds, misses, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const OTHER = 'a short way to Tipperary';

const sessions = (world, username) => world.value(`SELECT count(*) FROM sessions JOIN users ON users.id = user_id WHERE username = '${username}'`).then(Number);

/** What somebody gets who signs in with this. */
const signsIn = async (world, username, password) => (await world.anybody.post('/api/v1/session', { username, password })).status;

/** The window of somebody whose session ended: what they click next leads to signing in. */
const ended = async (page) => {
  await page.getByRole('link', { name: 'Overview' }).click();
  await at(page, /^\/sign-in/);
};

eachDatabase('a_disabled_person_is_out_at_once_and_comes_back_by_signing_in', async (world) => {
  const { page } = world;
  const id = await world.person('bob');
  const window = await world.signedIn('bob');
  const bob = await world.anybody.signIn('bob');
  const view = await new UsersView(page).show(id);
  await reads(view.details.locator('#around'), /Sessions 2/);
  await view.field('May sign in').uncheck();
  assert.equal(await bob.status('/api/v1/session'), 200, 'before the save');
  await view.save('Saved. It is in force on every node.');
  assert.equal(await bob.status('/api/v1/session'), 401);
  assert.equal(await sessions(world, 'bob'), 0);
  await ended(window);
  assert.equal(await signsIn(world, 'bob', PASSWORD), 401);
  await reads(view.details.locator('.head .mark'), 'disabled');
  assert.equal(await world.events('user.disabled'), 1);
  await view.field('May sign in').check();
  await view.save('Saved.');
  assert.equal(await bob.status('/api/v1/session'), 401, 'what has ended stays ended');
  await world.signIn(window, 'bob');
});

eachDatabase('sign_out_everywhere_ends_all_sessions_of_a_person_and_no_other', async (world) => {
  const { page } = world;
  const id = await world.person('bob');
  await world.person('eve');
  const windows = [await world.signedIn('bob'), await world.signedIn('bob')];
  const eve = await world.anybody.signIn('eve');
  const view = await new UsersView(page).show(id);
  await view.button('Sign out everywhere').click();
  await view.says('All sessions of this person have ended.');
  await reads(view.details.locator('#around'), /Sessions 0/);
  assert.deepEqual([await sessions(world, 'bob'), await sessions(world, 'eve')], [0, 1]);
  for (const window of windows) await ended(window);
  assert.equal(await eve.status('/api/v1/session'), 200);
  assert.equal(await world.events('user.sessions-ended'), 1);
  assert.equal(await signsIn(world, 'bob', PASSWORD), 200, 'they may come back');
});

eachDatabase('another_password_for_a_person_ends_their_sessions', async (world) => {
  const { page } = world;
  const id = await world.person('bob');
  const window = await world.signedIn('bob');
  const view = await new UsersView(page).show(id);
  await view.field('New password').fill('short');
  world.expect(422);
  await view.save();
  await reads(page.locator('#password-problem'), /at least 12 characters/);
  await holds(view.field('New password'), '');
  assert.equal(await sessions(world, 'bob'), 1);
  await view.field('New password').fill(OTHER);
  await view.save('Saved.');
  assert.equal(await sessions(world, 'bob'), 0);
  await ended(window);
  assert.deepEqual([await signsIn(world, 'bob', PASSWORD), await signsIn(world, 'bob', OTHER)], [401, 200]);
  assert.equal(await world.events('user.password-changed'), 1);
  // An empty field leaves it as it is.
  await view.field('Name').fill('Bob');
  await view.save('Saved.');
  assert.equal(await signsIn(world, 'bob', OTHER), 200);
  for (const text of [await world.dump(), await world.log(), await page.content()]) assert.ok(!text.includes(OTHER));
});

eachDatabase('x07_the_password_of_somebody_who_may_more_is_not_set', async (world) => {
  const { items: [{ id }] } = expected(await world.ada.get('/api/v1/users?name=ada'), 200);
  await world.person('rob', await world.role('Helpdesk', 'allow users:*', 'allow roles:read'));
  const page = await world.signedIn('rob');
  const view = await new UsersView(page).show(id);
  await view.field('New password').fill(OTHER);
  world.watch(page).expect(403);
  await view.save();
  await reads(page.getByRole('main'), /may|hold|permission/i);
  assert.deepEqual([await signsIn(world, 'ada', OTHER), await signsIn(world, 'ada', PASSWORD)], [401, 200]);
  assert.equal(await world.events('user.password-changed'), 0);
});

const account = (page) => ({
  page,
  field: (label) => page.getByLabel(label, { exact: true }),
  async change(present, fresh, again = fresh) {
    await this.field('Present password').fill(present);
    await this.field('New password').fill(fresh);
    await this.field('New password, again').fill(again);
    await page.getByRole('button', { name: 'Change the password' }).click();
  },
});

eachDatabase('somebody_changes_their_own_password_and_all_their_other_sessions_end', async (world) => {
  const { page } = world;
  await page.getByRole('link', { name: 'ada', exact: true }).click();
  await at(page, '/account');
  await reads(page.locator('.facts'), /User name ada Session ends \d+ \w+ \d{4}, \d\d:\d\d UTC at the latest/);
  await accessible(page);
  const window = await world.signedIn('ada');
  const mine = account(page);
  const cookie = async () => (await page.context().cookies())[0].value;
  const before = await cookie();

  world.expect(422);
  await mine.change('not her password', OTHER);
  await reads(page.locator('#password_current-problem'), /\w/);
  await mine.change(PASSWORD, OTHER, `${OTHER} `);
  await reads(page.locator('#password_new-problem'), 'Is not the same both times.');
  await mine.change(PASSWORD, 'short');
  await reads(page.locator('#password_new-problem'), /at least 12 characters/);
  for (const label of ['Present password', 'New password', 'New password, again']) await holds(mine.field(label), '');
  await focused(page.getByRole('alert'));
  await accessible(page);
  assert.equal(await signsIn(world, 'ada', PASSWORD), 200);
  await window.reload();
  await at(window, '/overview');

  await mine.change(PASSWORD, OTHER);
  await sees(page.getByText('Your password is changed. All your other sessions have ended.'));
  await at(page, '/account?done=password-changed');
  assert.notEqual(await cookie(), before, 'a session of its own');
  assert.equal(await sessions(world, 'ada'), 1);
  await ended(window);
  assert.equal(await world.ada.status('/api/v1/session'), 401);
  assert.deepEqual([await signsIn(world, 'ada', PASSWORD), await signsIn(world, 'ada', OTHER)], [401, 200]);
  await page.getByRole('link', { name: 'Overview' }).click();
  await at(page, '/overview');
});

eachDatabase('the_own_password_is_changed_in_the_account_alone', async (world) => {
  const { page } = world;
  const { items: [{ id }] } = expected(await world.ada.get('/api/v1/users?name=ada'), 200);
  const view = await new UsersView(page).show(id);
  await misses(view.field('New password'));
  await view.link('your account').click();
  await at(page, '/account');
  // Somebody without any right has an account, too.
  await world.person('eve');
  const eve = await world.signedIn('eve');
  await eve.goto('/account');
  await account(eve).change(PASSWORD, OTHER);
  await sees(eve.getByText('Your password is changed.'));
  assert.equal(await signsIn(world, 'eve', OTHER), 200);
  await read(eve.getByRole('navigation', { name: 'Main menu' }).getByRole('link'), ['Overview']);
});
