// People: the first one, signing in and out, and sessions that end in the middle of something.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accessible } from './harness/accessible.mjs';
import { PASSWORD } from './harness/caller.mjs';
import { pictures } from './harness/screenshots.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { at, eventually, focused, holds, misses, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const IN = { signedIn: false };

/** Fills the form for signing in, and sends it. */
const signIn = async (page, username = 'ada', password = PASSWORD) => {
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
};

const sessions = (world) => world.value('SELECT count(*) FROM sessions').then(Number);

eachDatabase('the_first_person_is_made_with_the_code_the_server_wrote_down', { nobody: true }, async (world) => {
  const { page } = world;
  const code = (await readFile(join(world.database.folder, 'setup.code'), 'utf8')).trim();
  await page.goto(`/set-up?code=${encodeURIComponent(code)}`);
  await holds(page.getByLabel('Set-up code'), code);
  await accessible(page);
  await page.getByLabel('Set-up code').fill(`${code.slice(1)}x`);
  await page.getByLabel('User name').fill('ada');
  await page.getByLabel('Your name').fill('Ada Lovelace');
  await page.getByLabel('Password').fill(PASSWORD);
  const make = page.getByRole('button', { name: 'Make the account' });
  world.expect(401);
  await make.click();
  await sees(page.getByRole('alert'));
  await holds(page.getByLabel('User name'), 'ada');
  await holds(page.getByLabel('Password'), '');
  assert.equal(await world.value('SELECT count(*) FROM users'), '0');

  // A password that is too short is told at its field.
  world.expect(422);
  await page.getByLabel('Set-up code').fill(code);
  await page.getByLabel('Password').fill('short');
  await make.click();
  await sees(page.locator('#password-problem'));
  assert.equal(await world.value('SELECT count(*) FROM users'), '0');
  await page.getByLabel('Password').fill(PASSWORD);
  await pictures(page, 'set-up');
  await make.click();
  await sees(page.getByText('Your account is made. Sign in with it.'));
  await at(page, /^\/sign-in/);
  await signIn(page);
  await at(page, '/overview');
  await sees(page.getByRole('link', { name: 'Ada Lovelace' }));
  assert.deepEqual(await world.sql('SELECT username, display_name FROM users'), [['ada', 'Ada Lovelace']]);
  assert.deepEqual(await world.sql('SELECT roles.name FROM user_roles JOIN roles ON roles.id = role_id'), [['admin']]);
  const view = await new TokensView(page).visit();
  await view.make('CI pipeline');

  // The code is used up.
  const other = await world.browser();
  world.watch(other).expect(401);
  await other.goto('/set-up');
  await other.getByLabel('Set-up code').fill(code);
  await other.getByLabel('User name').fill('eve');
  await other.getByLabel('Password').fill(PASSWORD);
  await other.getByRole('button', { name: 'Make the account' }).click();
  await sees(other.getByRole('alert'));
  assert.equal(await world.value('SELECT count(*) FROM users'), '1');
});

eachDatabase('somebody_signs_in_and_goes_on_to_where_they_wanted', IN, async (world) => {
  const { page } = world;
  const before = await sessions(world);
  await page.goto('/');
  await at(page, '/sign-in');
  await accessible(page);
  await pictures(page, 'sign-in');
  await page.goto(`${TOKENS}?state=revoked`);
  await at(page, /^\/sign-in\?next=/);
  await focused(page.getByLabel('User name'));
  await signIn(page);
  await at(page, `${TOKENS}?state=revoked`);
  assert.equal(await sessions(world), before + 1);
  // The cookie is for this server's own use.
  const cookie = (await page.context().cookies()).find(({ name }) => name === '__Host-tokenward-session');
  assert.ok(cookie.httpOnly && cookie.secure && ['Lax', 'Strict'].includes(cookie.sameSite), JSON.stringify(cookie));
  await page.goto('/sign-in');
  await at(page, '/overview');
});

eachDatabase('a_wrong_password_says_nothing_but_that', IN, async (world) => {
  const { page } = world;
  const before = await sessions(world);
  await page.goto('/sign-in');
  world.expect(401);
  const told = [];
  for (const [username, password] of [['ada', 'not her password'], ['nobody', PASSWORD], ['<b>ada', PASSWORD]]) {
    await signIn(page, username, password);
    await sees(page.getByText('User name or password is wrong.'));
    await holds(page.getByLabel('User name'), username);
    await holds(page.getByLabel('Password'), '');
    told.push((await page.getByRole('main').innerText()).trim());
  }
  assert.equal(new Set(told).size, 1);
  await accessible(page);
  assert.equal(await sessions(world), before);
  assert.ok(!(await world.log()).includes('not her password'));
  await signIn(page);
  await at(page, '/overview');
});

eachDatabase('atk_l10_signing_in_leads_nowhere_else', IN, async (world) => {
  const { page } = world;
  for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', '\\\\evil.example', 'javascript:alert(1)', '/\t/evil.example', 'https:evil.example']) {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await signIn(page);
    await eventually(() => assert.match(page.url(), new RegExp(`^${world.url}/`)));
    await sees(page.getByRole('button', { name: 'Sign out' }));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await at(page, /^\/sign-in/);
  }
});

eachDatabase('somebody_signs_out_and_going_back_shows_nothing', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline');
  const view = await new TokensView(page).show(made.id);
  const before = await sessions(world);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await sees(page.getByText('You are signed out.'));
  assert.equal(await sessions(world), before - 1);
  assert.equal(await world.events('user.signed-out'), 1);
  await page.goBack();
  await at(page, /^\/sign-in/);
  await misses(view.title);
  assert.ok(!(await page.content()).includes('CI pipeline'));
  await page.goto(`${TOKENS}/${made.id}`);
  await at(page, /^\/sign-in\?next=/);
});

eachDatabase('going_back_after_a_save_shows_what_is_stored_and_saves_nothing_again', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline', { description: 'before' });
  const view = await new TokensView(page).show(made.id);
  await view.field('Description').fill('after');
  await view.save('Saved.');
  await page.goBack();
  await holds(view.field('Description'), 'after');
  await page.reload();
  await holds(view.field('Description'), 'after');
  assert.deepEqual(await world.sql('SELECT description, version FROM tokens'), [['after', '2']]);
  assert.equal(await world.events('token.updated'), 1);
});

/** Ends all sessions of ada, as an administrator would from elsewhere. */
const endSessions = (world) => world.cli(['user', 'sign-out', 'ada']);

eachDatabase('a_session_that_ends_in_the_middle_of_a_form_loses_no_input', async (world) => {
  const { page } = world;
  await world.role('Reader', 'allow assets:read');
  const made = await world.token('CI pipeline', { description: 'before' });
  const view = await new TokensView(page).show(made.id);
  await view.field('Name').fill('Ä pipeline & more');
  await view.field('Description').fill('line one\nline two');
  await view.addRole('Reader');
  await view.addNetwork('10.0.0.0/8');
  await endSessions(world);
  world.expect(401);
  await view.button('Save').click();
  await sees(page.getByText('Your session has ended. Sign in to go on; your input is kept.'));
  await accessible(page);
  await pictures(page, 'session-ended');
  const unsaved = async () => assert.deepEqual(await world.sql('SELECT name, description, version FROM tokens'), [['CI pipeline', 'before', '1']]);
  await unsaved();
  // Also through a password that was mistyped.
  await signIn(page, 'ada', 'not her password');
  await sees(page.getByText('User name or password is wrong.'));
  await signIn(page);
  await sees(page.getByRole('heading', { name: 'Go on where you were' }));
  await accessible(page);
  await unsaved();
  await page.getByRole('button', { name: 'Go on' }).click();
  await holds(view.field('Name'), 'Ä pipeline & more');
  await holds(view.field('Description'), 'line one\nline two');
  await holds(view.networks, '10.0.0.0/8');
  assert.equal(await view.roles.count(), 1);
  await sees(view.details.getByText('Not saved yet'));
  await unsaved();
  await view.save('Saved.');
  assert.deepEqual(await world.sql('SELECT name, version FROM tokens'), [['Ä pipeline & more', '2']]);
});

eachDatabase('s27_a_mark_survives_a_session_that_ends_and_still_asks', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline');
  const view = await new TokensView(page).show(made.id);
  await view.mark('over');
  await view.button('Save').click();
  await endSessions(world);
  world.expect(401);
  await view.dialog(/for good/).getByRole('button', { name: 'Revoke for good' }).click();
  await sees(page.getByText('Your session has ended.'));
  await signIn(page);
  await page.getByRole('button', { name: 'Go on' }).click();
  await sees(view.pending);
  await holds(view.access.getByLabel('Reason (optional)'), 'over');
  assert.equal(await world.status(made.token), 200);
  await view.button('Save').click();
  await page.getByRole('button', { name: 'Revoke for good' }).first().click();
  await view.says('revoked for good');
  assert.deepEqual(await world.sql('SELECT revoked_reason FROM tokens WHERE revoked_at IS NOT NULL'), [['over']]);
});

eachDatabase('a_session_that_ended_sends_panels_and_filters_to_signing_in', async (world) => {
  const { page } = world;
  await world.token('CI pipeline');
  for (const act of [(view) => view.row('CI pipeline').getByRole('link').click(), (view) => view.filter.fill('pipe')]) {
    const view = await new TokensView(page).visit();
    await endSessions(world);
    await act(view);
    await at(page, /^\/sign-in\?next=/);
    assert.ok(!(await page.content()).includes('CI pipeline'));
    await signIn(page);
    await sees(view.row('CI pipeline'));
  }
});

eachDatabase('a_session_ends_by_itself', { clock: true, settings: { TOKENWARD_SESSION_IDLE: '1800s' } }, async (world) => {
  const { page, clock } = world;
  await page.goto(TOKENS);
  await clock.advance(1_700);
  await page.reload();
  await at(page, TOKENS);
  await clock.advance(1_801);
  await page.reload();
  await at(page, /^\/sign-in\?next=/);
});

eachDatabase('a_form_from_the_session_before_is_asked_about', async (world) => {
  const { page, context } = world;
  const made = await world.token('CI pipeline', { description: 'before' });
  const view = await new TokensView(page).show(made.id);
  await view.field('Description').fill('typed');
  // In another window of the same browser somebody signs out and in.
  const other = await context.newPage();
  await other.goto('/overview');
  await other.getByRole('button', { name: 'Sign out' }).click();
  await at(other, /^\/sign-in/);
  await signIn(other);
  await at(other, '/overview');
  world.expect(403);
  await view.button('Save').click();
  await sees(page.getByText('Nothing was saved: the form came from a session that has ended. What you typed is kept.'));
  assert.equal(await world.value('SELECT description FROM tokens'), 'before');
  await page.getByRole('button', { name: 'Go on' }).click();
  await holds(view.field('Description'), 'typed');
  await reads(view.title, 'CI pipeline');
  await view.save('Saved.');
  assert.equal(await world.value('SELECT description FROM tokens'), 'typed');
});
