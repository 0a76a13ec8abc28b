// Two people, or one in two windows, save the same token: the later one sees what happened, and loses nothing.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { expected } from './harness/caller.mjs';
import { pictures } from './harness/screenshots.mjs';
import { TokensView } from './harness/tokens_view.mjs';
import { eventually, focused, holds, misses, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const stale = (view) => view.details.getByRole('alert').filter({ hasText: 'Somebody else saved this token meanwhile. Nothing of yours was saved.' });

const stored = (world) => world.sql('SELECT name, description, version FROM tokens');

eachDatabase('a_stale_save_shows_what_others_changed_keeps_the_input_and_saves_nothing', async (world) => {
  const { page, context } = world;
  await world.role('Reader', 'allow assets:read');
  const made = await world.token('CI pipeline', { description: 'before' });
  const mine = await new TokensView(page).show(made.id);
  const theirs = await new TokensView(await context.newPage()).show(made.id);
  await theirs.field('Description').fill('theirs');
  await theirs.save('Saved.');

  await mine.field('Name').fill('Mine');
  await mine.addRole('Reader');
  await mine.addNetwork('10.0.0.0/8');
  world.expect(412);
  await mine.save();
  await sees(stale(mine));
  await focused(stale(mine));
  await reads(stale(mine).locator('.history'), /ada changed token CI pipeline .*description: before theirs/);
  await holds(mine.field('Name'), 'Mine');
  await holds(mine.networks, '10.0.0.0/8');
  await read(mine.roles.locator('option:checked'), ['Reader']);
  await accessible(page);
  await pictures(page, 'token-stale');
  assert.deepEqual(await stored(world), [['CI pipeline', 'theirs', '2']]);

  // What is stored can be looked at, and the input put over it.
  const current = stale(mine).getByRole('link', { name: 'Show what is stored now' });
  assert.ok((await current.getAttribute('href')).endsWith(made.id));
  await mine.save('Saved.');
  assert.deepEqual(await stored(world), [['Mine', 'before', '3']]);
});

eachDatabase('a_stale_save_of_one_that_was_changed_often_tells_all_of_it', async (world) => {
  const { page, ada } = world;
  const made = await world.token('CI pipeline');
  const view = await new TokensView(page).show(made.id);
  for (const [version, description] of ['one', 'two', 'three'].entries()) expected(await ada.patch(`/api/v1/tokens/${made.id}`, version + 1, { description }), 200);
  await view.field('Description').fill('mine');
  world.expect(412);
  await view.save();
  await sees(stale(view));
  assert.equal(await stale(view).locator('.history > li').count(), 3);
  // Again somebody was quicker.
  expected(await ada.patch(`/api/v1/tokens/${made.id}`, 4, { description: 'four' }), 200);
  await view.save();
  await eventually(async () => assert.equal(await stale(view).locator('.history > li').count(), 1));
  await holds(view.field('Description'), 'mine');
  assert.equal(await world.value('SELECT description FROM tokens'), 'four');
});

eachDatabase('s28_atk_x11_revoked_in_one_window_and_edited_in_the_other', async (world) => {
  const { page, context } = world;
  const made = await world.token('CI pipeline', { description: 'before' });
  const mine = await new TokensView(page).show(made.id);
  const theirs = await new TokensView(await context.newPage()).show(made.id);
  await theirs.mark('Stolen');
  await theirs.button('Save').click();
  await theirs.dialog(/for good/).getByRole('button', { name: 'Revoke for good' }).click();
  await theirs.says('revoked for good');

  await mine.field('Description').fill('mine');
  await mine.field('Expiry date').fill('2099-05-31');
  world.expect(412);
  await mine.save();
  await sees(stale(mine));
  await reads(stale(mine).locator('.history'), /ada revoked token CI pipeline/);
  await holds(mine.field('Description'), 'mine');
  await reads(mine.access.locator('.mark'), 'revoked');
  await misses(mine.button('Revoke'));
  const still = async () => {
    assert.deepEqual(await world.sql('SELECT revoked_by_name, revoked_reason FROM tokens WHERE revoked_at IS NOT NULL'), [['ada', 'Stolen']]);
    assert.equal(await world.status(made.token), 401);
  };
  await still();
  assert.equal(await world.value('SELECT description FROM tokens'), 'before');

  // Whatever that form saves next, the token stays revoked, and keeps the end it had.
  world.watch().allow(409, 412, 422);
  await mine.save();
  await eventually(async () => assert.match(await mine.details.innerText(), /revoked/i));
  await still();
  assert.equal(await world.value('SELECT count(*) FROM tokens WHERE expires_at IS NOT NULL'), '0');
});

eachDatabase('s28_a_stale_save_that_revokes_asks_again_and_can_be_given_up', async (world) => {
  const { page, ada } = world;
  const made = await world.token('CI pipeline', { description: 'before' });
  const view = await new TokensView(page).show(made.id);
  await view.mark('over');
  expected(await ada.patch(`/api/v1/tokens/${made.id}`, 1, { description: 'still used' }), 200);
  world.expect(412);
  await view.button('Save').click();
  await view.dialog(/for good/).getByRole('button', { name: 'Revoke for good' }).click();
  await sees(stale(view));
  await sees(view.pending);
  await holds(view.access.getByLabel('Reason (optional)'), 'over');
  assert.equal(await world.status(made.token), 200);
  await view.button('Undo').click();
  await misses(view.pending);
  assert.deepEqual(await world.sql('SELECT description, revoked_by_name FROM tokens'), [['still used', '']]);
});

eachDatabase('deleted_in_one_window_and_saved_in_the_other', async (world) => {
  const { page, ada } = world;
  const made = await world.token('CI pipeline');
  const view = await new TokensView(page).show(made.id);
  assert.equal((await ada.delete(`/api/v1/tokens/${made.id}`)).status, 204);
  await view.field('Description').fill('mine');
  world.expect(404);
  await view.button('Save').click();
  await sees(page.getByText('Status 404'));
  assert.equal(await world.value('SELECT count(*) FROM tokens'), '0');
});
