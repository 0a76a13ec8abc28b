// The whole path without any script: slots, marks and questions are then pages of their own.
import assert from 'node:assert/strict';
import { expected } from './harness/caller.mjs';
import { day } from './harness/days.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { at, holds, misses, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const WITHOUT = { script: false };

eachDatabase('without_script_a_token_is_made_shown_revoked_and_deleted', WITHOUT, async (world) => {
  const { page } = world;
  for (const name of ['Reader', 'Writer']) await world.role(name, 'allow tokens:read');
  const view = await new TokensView(page).visit();
  await view.add();
  await view.field('Name').fill('CI pipeline');
  await view.field('Expiry date').fill(day(90));
  // Each press is a page; what was typed comes along.
  for (const count of [1, 2, 3]) {
    await view.button('+ Add role').click();
    await view.roles.nth(count - 1).waitFor();
    if (count !== 2) await view.roles.nth(count - 1).selectOption({ label: count === 1 ? 'Reader' : 'Writer' });
  }
  await view.button('Remove role 1').click();
  await read(view.roles.locator('option:checked'), ['Choose a role', 'Writer']);
  await view.button('+ Add network').click();
  await view.networks.fill('127.0.0.0/8');
  await view.button('+ Add network').click();
  await view.button('Remove network 2').click();
  await holds(view.networks, '127.0.0.0/8');
  await holds(view.field('Name'), 'CI pipeline');
  assert.equal(await world.value('SELECT count(*) FROM tokens'), '0');
  await view.save('The token is made');
  const id = view.id();
  assert.deepEqual(await world.sql('SELECT roles.name FROM token_roles JOIN roles ON roles.id = role_id'), [['Writer']]);

  const text = await view.showText();
  await at(page, `${TOKENS}/${id}/show`);
  assert.equal(await world.status(text, '/api/v1/tokens'), 200);
  await misses(view.button('Copy'));
  await view.details.getByRole('link', { name: 'Hide' }).click();
  await misses(view.text);
  assert.equal(await world.events('token.revealed'), 1);

  // A mark, another kind of save, and Undo: nothing is done.
  await view.field('Description').fill('kept');
  await view.button('Revoke').click();
  await sees(view.pending);
  await holds(view.field('Description'), 'kept');
  await sees(view.details.getByText('Not saved yet'));
  await view.button('Undo').click();
  await misses(view.pending);
  await holds(view.field('Description'), 'kept');
  await view.button('Revoke').click();
  await view.access.getByLabel('Reason (optional)').fill('over');
  await view.button('Save').click();
  await sees(page.getByRole('heading', { name: 'Revoke “CI pipeline” for good?' }));
  assert.equal(await world.status(text), 200);
  await view.button('Keep the token').click();
  await misses(view.pending);
  assert.equal(await world.status(text), 200);
  await view.button('Revoke').click();
  await view.access.getByLabel('Reason (optional)').fill('over');
  await view.button('Save').click();
  await view.button('Revoke for good').click();
  await view.says('The token is revoked for good.');
  assert.equal(await world.status(text), 401);
  assert.deepEqual(await world.sql('SELECT description, revoked_by_name, revoked_reason FROM tokens'), [['kept', 'ada', 'over']]);

  await view.details.getByRole('link', { name: 'Delete', exact: true }).click();
  await sees(page.getByRole('heading', { name: 'Delete “CI pipeline”?' }));
  await page.getByRole('link', { name: 'Cancel' }).click();
  await at(page, `${TOKENS}/${id}`);
  await view.details.getByRole('link', { name: 'Delete', exact: true }).click();
  await view.button('Delete').click();
  await view.says('The token is revoked and deleted.');
  assert.equal(await world.value('SELECT count(*) FROM tokens'), '0');
});

eachDatabase('without_script_pressing_enter_saves', WITHOUT, async (world) => {
  const view = await new TokensView(world.page).visit();
  await view.add();
  await view.field('Name').fill('CI pipeline');
  await view.button('+ Add role').click();
  await view.field('Name').press('Enter');
  await view.says('The token is made');
  assert.deepEqual(await world.sql('SELECT name FROM tokens'), [['CI pipeline']]);
});

eachDatabase('without_script_lists_are_filtered_and_go_on_by_a_press', WITHOUT, async (world) => {
  const { page } = world;
  for (let number = 10; number < 70; number += 1) await world.token(`Token ${number}`);
  const view = await new TokensView(page).visit('?sort=name');
  assert.equal(await view.names.count(), 50);
  await view.list.getByRole('link', { name: 'More' }).click();
  await reads(view.names.first(), 'Token 60');
  assert.equal(await view.names.count(), 10);
  await misses(view.list.getByRole('link', { name: 'More' }));
  await view.filter.fill('token 3');
  await view.list.getByRole('button', { name: 'Apply' }).click();
  await read(view.names, Array.from({ length: 10 }, (_, number) => `Token 3${number}`));
  await view.choose('Token 35');
  await at(page, /\?name=token(\+|%20)3&sort=name$/);
  await read(view.list.locator('[aria-current] .name'), ['Token 35']);
});

eachDatabase('without_script_a_stale_save_keeps_the_input', WITHOUT, async (world) => {
  const made = await world.token('CI pipeline', { description: 'before' });
  const view = await new TokensView(world.page).show(made.id);
  expected(await world.ada.patch(`/api/v1/tokens/${made.id}`, 1, { description: 'theirs' }), 200);
  await view.field('Name').fill('Mine');
  world.expect(412);
  await view.save();
  await sees(view.details.getByText('Somebody else saved this token meanwhile. Nothing of yours was saved.'));
  await holds(view.field('Name'), 'Mine');
  assert.deepEqual(await world.sql('SELECT name, description FROM tokens'), [['CI pipeline', 'theirs']]);
});

eachDatabase('without_script_many_are_ended_and_questions_are_answered', WITHOUT, async (world) => {
  const { page } = world;
  const made = [await world.token('One'), await world.token('Two'), await world.token('Three')];
  const view = await new TokensView(page).visit();
  for (const name of ['One', 'Two']) await view.list.getByRole('checkbox', { name: `Select ${name}` }).check();
  await view.list.getByRole('button', { name: 'Delete selected' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await view.says('The chosen tokens are revoked and deleted.');
  await read(view.names, ['Three']);
  assert.deepEqual(await Promise.all(made.map(({ token }) => world.status(token))), [401, 401, 200]);
  await view.choose('Three');
  await view.details.getByRole('textbox', { name: 'Permission' }).fill('assets:read');
  await view.button('Ask').click();
  await reads(view.details.locator('.verdict'), 'denied Denied: no rule allows it.');
});
