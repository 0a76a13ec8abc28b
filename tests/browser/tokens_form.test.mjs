// The form of a token: empty and filled, its slots, its end, and what is wrong with it.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { expected } from './harness/caller.mjs';
import { day } from './harness/days.mjs';
import { pictures } from './harness/screenshots.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { at, eventually, focused, holds, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const ROLES = 'SELECT tokens.name, roles.name FROM token_roles JOIN tokens ON tokens.id = token_id JOIN roles ON roles.id = role_id ORDER BY 1, 2';

eachDatabase('s09_s17_add_opens_an_empty_form', async (world) => {
  const { page } = world;
  const view = await new TokensView(page).visit();
  await view.add();
  await focused(view.field('Name'));
  for (const label of ['Name', 'Description', 'Expiry date']) assert.equal(await view.field(label).inputValue(), '', label);
  await sees(view.form.getByText('User Roles'));
  assert.deepEqual([await view.roles.count(), await view.networks.count()], [0, 0]);
  await sees(view.details.getByText(/^Recommended: a token that ends by itself is one less to forget/));
  await accessible(page);
  await pictures(page, 'token-new');
  await view.field('Name').fill('CI pipeline');
  await view.field('Description').fill('Deploys to production.\nAsk Grace.');
  await view.save('The token is made and works at once.');
  await reads(view.title, 'CI pipeline');
  assert.deepEqual(await world.sql('SELECT name, description FROM tokens'), [['CI pipeline', 'Deploys to production.\nAsk Grace.']]);
  await read(view.names, ['CI pipeline']);
});

eachDatabase('s18_role_slots_come_and_go_and_empty_ones_are_dropped', async (world) => {
  const { page } = world;
  for (const name of ['Reader', 'Writer', 'Importer']) await world.role(name, 'allow assets:read');
  const view = await new TokensView(page).visit();
  await view.add();
  await view.field('Name').fill('CI pipeline');
  await view.addRole('Reader');
  await view.addRole();
  await focused(view.roles.nth(1));
  await view.addRole('Writer');
  await view.addRole('Importer');
  await view.button('Remove role 3').click();
  await eventually(async () => assert.deepEqual(await view.roles.evaluateAll((slots) => slots.map((slot) => [slot.getAttribute('aria-label'), slot.selectedOptions[0].label])), [
    ['role 1', 'Reader'], ['role 2', 'Choose a role'], ['role 3', 'Importer'],
  ]));
  await accessible(page);
  await view.save('The token is made');
  assert.deepEqual(await world.sql(ROLES), [['CI pipeline', 'Importer'], ['CI pipeline', 'Reader']]);
  assert.equal(await view.roles.count(), 2);

  await view.button('Remove role 1').click();
  await sees(view.details.getByText('Not saved yet'));
  await view.addRole('Writer');
  await view.save('Saved. It is in force on every node.');
  assert.equal((await world.sql(ROLES)).length, 2);
  assert.ok((await world.sql(ROLES)).flat().includes('Writer'));
  while (0 < await view.roles.count()) await view.button('Remove role 1').click();
  await focused(view.button('+ Add role'));
  await view.save('Saved.');
  assert.deepEqual(await world.sql(ROLES), []);
});

eachDatabase('s19_s20_the_implicit_role_works_and_is_never_shown', async (world) => {
  const { page, ada } = world;
  const implicit = expected(await ada.get('/api/v1/roles?name=external'), 200).items[0];
  assert.equal(implicit.name, 'All external applications');
  expected(await ada.patch(`/api/v1/roles/${implicit.id}`, implicit.version ?? 1, { rules: [{ effect: 'allow', permission: 'roles:read' }] }), 200);
  const hidden = async () => assert.ok(!/all external applications|all users/i.test(await page.content()), page.url());
  const view = await new TokensView(page).visit();
  await hidden();
  await view.add();
  await view.addRole();
  await read(view.roles.getByRole('option'), ['Choose a role', 'admin']);
  await hidden();
  await view.field('Name').fill('CI pipeline');
  await view.save('The token is made');
  await hidden();
  const text = await view.showText();
  await hidden();
  assert.equal(await world.status(text, '/api/v1/roles'), 200, 'what the implicit role allows');
  assert.equal(await world.status(text, '/api/v1/tokens'), 403);
  // A save takes nothing of it away.
  await view.field('Description').fill('changed');
  await view.save('Saved.');
  await hidden();
  assert.equal(await world.status(text, '/api/v1/roles'), 200);
  assert.deepEqual(await world.sql(ROLES), []);
});

eachDatabase('s21_roles_add_up_and_their_edits_act_on_the_same_text', async (world) => {
  const { page, ada } = world;
  const reader = await world.role('Reader', 'allow tokens:read');
  await world.role('Role reader', 'allow roles:read');
  const view = await new TokensView(page).visit();
  await view.make('CI pipeline', { roles: ['Reader', 'Role reader'] });
  const text = await view.showText();
  const calls = async () => [await world.status(text, '/api/v1/tokens'), await world.status(text, '/api/v1/roles'), await world.status(text, '/api/v1/users')];
  assert.deepEqual(await calls(), [200, 200, 403]);
  expected(await ada.patch(`/api/v1/roles/${reader}`, 1, { rules: [{ effect: 'allow', permission: 'users:read' }] }), 200);
  assert.deepEqual(await calls(), [403, 200, 200]);
  await page.reload();
  await view.button('Remove role 1').click();
  await view.button('Remove role 1').click();
  await view.save('Saved.');
  assert.deepEqual(await calls(), [403, 403, 403]);
  const refused = await world.anybody.bearer(text).get('/api/v1/tokens');
  assert.match(JSON.stringify(refused.body), /tokens:read/);
});

eachDatabase('s22_s23_an_end_is_optional_and_recommended', async (world) => {
  const { page } = world;
  const view = await new TokensView(page).visit();
  await view.make('Legacy');
  await reads(view.row('Legacy').locator('.mark'), 'no expiry');
  await view.add();
  await view.field('Name').fill('Reporting');
  await view.button('90 days').click();
  await holds(view.field('Expiry date'), day(90));
  await view.save('The token is made');
  await reads(view.row('Reporting').locator('.mark'), 'active');
  const ends = (name) => world.value(`SELECT coalesce(expires_at, 0) FROM tokens WHERE name = '${name}'`).then(Number);
  assert.equal(await ends('Legacy'), 0);
  assert.equal(await ends('Reporting'), Date.parse(day(91)) / 1_000, 'the whole day counts');

  // A save of something else does not move it; an earlier one is saved.
  await view.field('Description').fill('changed');
  await view.save('Saved.');
  assert.equal(await ends('Reporting'), Date.parse(day(91)) / 1_000);
  await view.field('Expiry date').fill(day(5));
  await view.save('Saved.');
  assert.equal(await ends('Reporting'), Date.parse(day(6)) / 1_000);
  await reads(view.row('Reporting').locator('.mark'), 'expires soon');
});

eachDatabase('s24_from_its_end_on_a_token_is_refused_with_nobody_doing_anything', { clock: true }, async (world) => {
  const { page, clock } = world;
  const view = await new TokensView(page).visit();
  const id = await view.make('CI pipeline', { expires: day(2) });
  const text = await view.showText();
  const end = Number(await world.value('SELECT expires_at FROM tokens'));
  await clock.advance(end - clock.seconds - 1);
  assert.equal(await world.status(text), 200);
  await clock.advance(1);
  assert.equal(await world.status(text), 401);
  await view.show(id);
  await reads(view.row('CI pipeline').locator('.mark'), 'expired');
  await reads(view.access.locator('.mark'), 'expired');
  assert.equal(await world.value('SELECT version FROM tokens'), '1');
});

eachDatabase('t05_what_is_wrong_is_said_at_its_field_and_input_is_kept', async (world) => {
  const { page } = world;
  await world.role('Reader', 'allow assets:read');
  const view = await new TokensView(page).visit();
  await view.add();
  await view.field('Name').fill('   ');
  await view.field('Description').fill('kept');
  await view.addRole('Reader');
  await view.addNetwork('10.0.0.0/33');
  world.expect(422);
  await view.save();
  const summary = view.details.getByRole('alert');
  await sees(summary.getByText('Nothing was saved. Mend this and save again:'));
  await focused(summary);
  await read(summary.getByRole('link'), ['Name', 'Networks']);
  assert.equal(await view.field('Name').getAttribute('aria-invalid'), 'true');
  const described = await view.field('Name').getAttribute('aria-describedby');
  await reads(page.locator(`#${described.split(' ')[0]}`), /empty/i);
  await sees(page.locator('#allowed_networks .problem'));
  await holds(view.field('Description'), 'kept');
  await holds(view.networks, '10.0.0.0/33');
  await read(view.roles.locator('option:checked'), ['Reader']);
  await accessible(page);
  await pictures(page, 'token-wrong');
  assert.equal(await world.value('SELECT count(*) FROM tokens'), '0');
  await summary.getByRole('link', { name: 'Name' }).click();
  await focused(view.field('Name'));

  await view.field('Name').fill('CI pipeline');
  await view.networks.fill('10.0.0.0/8');
  await view.save('The token is made');
  assert.deepEqual(await world.sql('SELECT name, description, allowed_networks FROM tokens'), [['CI pipeline', 'kept', '10.0.0.0/8']]);
  assert.equal((await world.sql(ROLES)).length, 1);
});

eachDatabase('networks_have_slots_and_calls_from_elsewhere_are_refused', async (world) => {
  const view = await new TokensView(world.page).visit();
  await view.add();
  await view.field('Name').fill('CI pipeline');
  await view.addNetwork('10.0.0.0/8');
  await view.addNetwork('192.168.0.0/16');
  await view.addNetwork('');
  await view.save('The token is made');
  assert.equal(await view.networks.count(), 2);
  const text = await view.showText();
  const [status, body] = await world.anybody.bearer(text).get('/api/v1/whoami').then((answer) => [answer.status, answer.body]);
  assert.ok([401, 403].includes(status), `${status} ${JSON.stringify(body)}`);
  await view.button('Remove network 1').click();
  await view.button('Remove network 1').click();
  await view.save('Saved.');
  assert.equal(await world.status(text), 200);
});

eachDatabase('t05_a_form_that_is_not_saved_warns_before_it_is_left', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline', { description: 'before' });
  await world.token('Reporting');
  const view = await new TokensView(page).show(made.id);
  // Untouched, it is left without a question.
  await view.choose('Reporting');
  await view.choose('CI pipeline');
  await view.field('Description').fill('typed');
  await sees(view.details.getByText('Not saved yet'));
  const leave = [
    () => view.row('Reporting').getByRole('link').click(),
    () => page.getByRole('link', { name: 'Overview' }).click({ noWaitAfter: true }),
    () => page.evaluate(() => { setTimeout(() => location.reload()); }),
  ];
  for (const action of leave) {
    const { type } = await world.answer('dismiss', action);
    assert.ok(['confirm', 'beforeunload'].includes(type), type);
    await holds(view.field('Description'), 'typed');
    await at(page, `${TOKENS}/${made.id}`);
  }
  const { message } = await world.answer('accept', () => view.row('Reporting').getByRole('link').click());
  assert.match(message, /not saved/);
  await reads(view.title, 'Reporting');
  await view.choose('CI pipeline');
  await holds(view.field('Description'), 'before');
  assert.equal(await world.value("SELECT description FROM tokens WHERE name = 'CI pipeline'"), 'before');
  // A save is no leaving, and after it there is nothing to ask.
  await view.field('Description').fill('after');
  await view.save('Saved.');
  await page.getByRole('link', { name: 'Overview' }).click();
  await at(page, '/overview');
  assert.equal(await world.value("SELECT description FROM tokens WHERE name = 'CI pipeline'"), 'after');
});

eachDatabase('t05_a_form_that_was_refused_warns_too', async (world) => {
  await world.token('Reporting');
  const view = await new TokensView(world.page).visit();
  await view.add();
  await view.field('Name').fill('CI pipeline');
  await view.addNetwork('nonsense');
  world.expect(422);
  await view.save();
  await sees(view.details.getByRole('alert'));
  await world.answer('dismiss', () => view.row('Reporting').getByRole('link').click());
  await holds(view.field('Name'), 'CI pipeline');
  await holds(view.networks, 'nonsense');
});

eachDatabase('x05_a_form_that_is_sent_twice_makes_one_token', async (world) => {
  const { page } = world;
  const view = await new TokensView(page).visit();
  await view.add();
  await view.field('Name').fill('CI pipeline');
  const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/new'));
  await view.button('Save').dblclick();
  await view.says(/The token is made|This form was saved before/);
  // The same again, as a browser that got no answer sends it.
  const body = (await sent).postData();
  const again = await page.evaluate(async ([path, form]) => {
    const answer = await fetch(path, { method: 'POST', body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    return [answer.status, answer.url];
  }, [`${TOKENS}/new`, body]);
  assert.equal(again[0], 200);
  assert.ok(again[1].includes(view.id()), again[1]);
  assert.deepEqual(await world.sql('SELECT name FROM tokens'), [['CI pipeline']]);
  assert.equal(await world.events('token.created'), 1);
});

eachDatabase('a_save_without_a_change_changes_nothing', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline', { description: 'Deploys', expires_at: '2099-05-31T14:02:11Z' });
  const view = await new TokensView(page).show(made.id);
  await view.save('There was nothing to save.');
  assert.deepEqual(await world.sql('SELECT version, expires_at FROM tokens'), [['1', String(Date.parse('2099-05-31T14:02:11Z') / 1_000)]]);
  assert.equal(await world.events('token.updated'), 0);
  await view.field('Name').fill('CI');
  await view.save('Saved.');
  assert.equal(await world.value('SELECT version FROM tokens'), '2');
  await reads(view.details.locator('#history li').first(), /ada changed token CI .*name: CI pipeline CI/);
});

eachDatabase('atk_x01_x03_texts_of_people_stay_texts', async (world) => {
  const { page } = world;
  const nasty = '<img src=x onerror=alert(1)>"\'><script>alert(2)</script>{{7*7}}';
  await world.role(nasty.slice(0, 64), 'allow assets:read');
  const view = await new TokensView(page).visit();
  await view.make(nasty, { description: `${nasty}</textarea>`, roles: [nasty.slice(0, 64)] });
  await reads(view.title, nasty);
  await holds(view.field('Description'), `${nasty}</textarea>`);
  await read(view.names, [nasty]);
  await view.mark(nasty);
  await view.button('Save').click();
  await sees(view.dialog(nasty));
  await view.dialog(nasty).getByRole('button', { name: 'Revoke for good' }).click();
  await view.says('revoked for good');
  await sees(view.access.getByText(nasty));
});
