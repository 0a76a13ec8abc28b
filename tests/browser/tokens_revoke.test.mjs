// Revoke: a pending mark, until somebody saves; then nothing brings the token back.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { day } from './harness/days.mjs';
import { pictures } from './harness/screenshots.mjs';
import { TokensView } from './harness/tokens_view.mjs';
import { eventually, focused, holds, misses, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const FOREVER = 'Revoke for good';

/** Who ended it and why, in the database; nothing, if nobody did. */
const ended = async (world, name = 'CI pipeline') =>
  (await world.sql(`SELECT revoked_by_name, revoked_reason FROM tokens WHERE name = '${name}' AND revoked_at IS NOT NULL`))[0];

/** The token is as it was: in the database, for its applications, and in the changelog. */
const untouched = async (world, text) => {
  assert.equal(await ended(world), undefined);
  assert.equal(await world.status(text), 200);
  assert.equal(await world.events('token.revoked'), 0);
};

const sure = (view) => view.dialog(/^Revoke “CI pipeline” for good\?$/);

eachDatabase('s26_s27_revoke_is_pending_until_saved', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline', { expires_at: day(90) });
  const view = await new TokensView(page).show(made.id);
  const button = view.access.getByRole('button', { name: 'Revoke', exact: true });
  await sees(view.access.getByRole('heading', { name: 'API Access Information' }));
  await sees(button);
  await sees(view.access.getByText('Takes effect when you save.'));
  await button.click();
  await sees(view.pending);
  await sees(view.access.getByText('Leaving without saving keeps it as it was.'));
  await sees(view.details.getByText('Not saved yet'));
  await misses(button);
  await focused(view.access.getByLabel('Reason (optional)'));
  await reads(view.row('CI pipeline').locator('.mark'), 'active');
  await untouched(world, made.token);
  await accessible(page);
  await pictures(page, 'token-revoke-pending');
});

eachDatabase('s27_undo_takes_the_mark_back', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline', { expires_at: day(90) });
  const view = await new TokensView(page).show(made.id);
  await view.mark('no reason');
  await view.button('Undo').click();
  await misses(view.pending);
  await focused(view.button('Revoke'));
  await view.field('Description').fill('kept on');
  await view.save('Saved.');
  await untouched(world, made.token);
  assert.equal(await world.value('SELECT description FROM tokens'), 'kept on');
});

eachDatabase('s27_leaving_without_a_save_leaves_the_token_as_it_was', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline');
  await world.token('Reporting');
  const view = await new TokensView(page).show(made.id);
  const leave = [
    () => view.row('Reporting').getByRole('link').click(),
    () => page.getByRole('link', { name: 'Cancel' }).click(),
    () => page.getByRole('link', { name: 'Overview' }).click(),
  ];
  for (const action of leave) {
    await view.show(made.id);
    await view.mark('over');
    await world.answer('accept', action);
    await misses(view.pending);
    await untouched(world, made.token);
  }
  await view.show(made.id);
  await sees(view.button('Revoke'));
  await misses(view.pending);
});

eachDatabase('s25_s27_s28_save_asks_once_more_and_is_final', async (world) => {
  const { page } = world;
  await world.role('Reader', 'allow assets:read');
  const view = await new TokensView(page).visit();
  const id = await view.make('CI pipeline', { expires: day(90), roles: ['Reader'] });
  const text = await view.showText();
  await view.details.getByRole('link', { name: 'Hide' }).click();
  await view.mark('The laptop was stolen');
  await view.button('Save').click();
  await sees(sure(view));
  await sees(sure(view).getByText(/All applications that use this token are refused from then on, on every node/));
  await accessible(page);
  await pictures(page, 'token-revoke-sure');
  await untouched(world, text);
  await sure(view).getByRole('button', { name: 'Cancel' }).click();
  await misses(sure(view));
  await sees(view.pending);
  await untouched(world, text);

  await view.button('Save').click();
  await sure(view).getByRole('button', { name: FOREVER }).click();
  await view.says('The token is revoked for good. It is in force on every node: no call is accepted from now on.');
  assert.equal(await world.status(text), 401);
  assert.deepEqual(await ended(world), ['ada', 'The laptop was stolen']);
  assert.equal(await world.events('token.revoked'), 1);
  await reads(view.row('CI pipeline').locator('.mark'), 'revoked');
  await accessible(page);
  await pictures(page, 'token-revoked');

  // All is final now but what people call it; nothing offers a way back.
  for (const name of ['Revoke', 'Show token', '+ Add role', '+ Add network', 'Undo']) assert.equal(await view.button(name).count(), 0, name);
  assert.equal(await view.details.getByRole('link', { name: 'Rotate' }).count(), 0);
  assert.equal(await view.details.getByText(/restore|reinstate|unrevoke|activate/i).count(), 0);
  assert.ok(await view.roles.first().isDisabled());
  assert.ok(!await view.field('Expiry date').isEditable());
  await view.field('Name').fill('CI pipeline (stolen)');
  await view.save('Saved.');
  assert.deepEqual(await ended(world, 'CI pipeline (stolen)'), ['ada', 'The laptop was stolen']);
  assert.equal(await world.value('SELECT count(*) FROM token_roles'), '1', 'its roles are still told');
  for (const body of [{ revoked: false }, { revoked: null }, { revoked: true, reason: 'another' }]) await world.ada.patch(`/api/v1/tokens/${id}`, 3, body);
  assert.deepEqual(await ended(world, 'CI pipeline (stolen)'), ['ada', 'The laptop was stolen']);
  assert.equal(await world.status(text), 401);
});

eachDatabase('s27_a_save_revokes_and_changes_at_once_or_does_neither', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline', { description: 'before' });
  const view = await new TokensView(page).show(made.id);
  await view.field('Name').fill('  ');
  await view.mark('over');
  world.expect(422);
  await view.button('Save').click();
  await view.dialog(/for good/).getByRole('button', { name: FOREVER }).click();
  await sees(view.details.getByText('Nothing was saved. Mend this and save again:'));
  await sees(view.pending);
  await holds(view.access.getByLabel('Reason (optional)'), 'over');
  await untouched(world, made.token);
  await view.field('Name').fill('Old pipeline');
  await view.field('Description').fill('after');
  await view.button('Save').click();
  await view.page.getByRole('button', { name: FOREVER }).first().click();
  await view.says('revoked for good');
  assert.deepEqual(await world.sql('SELECT name, description, revoked_reason FROM tokens'), [['Old pipeline', 'after', 'over']]);
  assert.equal(await world.status(made.token), 401);
});

eachDatabase('s30_a_revoked_token_stays_listed_with_who_when_and_why', async (world) => {
  const made = await world.token('CI pipeline');
  await world.revoke(made.id, 'The laptop was stolen');
  const view = await new TokensView(world.page).visit();
  await reads(view.row('CI pipeline').locator('.mark'), 'revoked');
  await reads(view.row('CI pipeline').locator('.note'), /^on \d+ \w{3} \d{4} by ada$/);
  await view.choose('CI pipeline');
  await reads(view.access.locator('.facts'), /Revoked \d+ \w{3} \d{4}, \d\d:\d\d UTC by ada Reason The laptop was stolen/);
  await reads(view.details.locator('#history li').first(), /ada revoked token CI pipeline/);
});

eachDatabase('s26_atk_x12_without_the_permission_there_is_no_button_and_no_way', async (world) => {
  const made = await world.token('CI pipeline');
  await world.person('rob', await world.role('Editors', 'allow tokens:read', 'allow tokens:update'));
  const page = await world.signedIn('rob');
  const view = await new TokensView(page).show(made.id);
  await sees(view.button('Save'));
  assert.equal(await view.button('Revoke').count(), 0);
  assert.equal(await view.details.getByRole('link', { name: 'Delete' }).count(), 0);
  // What the button would send, sent all the same.
  await view.form.evaluate((form) => {
    for (const [name, value] of [['revoke', 'yes'], ['sure', 'yes']]) form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  });
  world.watch(page).expect(403);
  await view.button('Save').click();
  await eventually(async () => assert.match(await view.details.innerText(), /tokens:revoke/));
  await untouched(world, made.token);
});
