// Delete: a token is revoked and off the list; one at a time, those that were selected, and all expired ones.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { DAY, day } from './harness/days.mjs';
import { pictures } from './harness/screenshots.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { at, eventually, misses, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const names = async (world, where = '') => (await world.sql(`SELECT name FROM tokens ${where} ORDER BY name`)).flat();

const opener = (view) => view.details.getByRole('link', { name: 'Delete', exact: true });

eachDatabase('s31_s33_delete_asks_and_then_revokes_and_takes_off_the_list', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline', { expires_at: day(90) });
  await world.token('Reporting');
  const view = await new TokensView(page).show(made.id);
  const [button, card, title] = await Promise.all([opener(view), view.form.locator('.card').first(), view.title].map((part) => part.boundingBox()));
  assert.ok(button.y + button.height <= card.y, 'on top of the details');
  assert.ok(Math.abs(button.x + button.width - (card.x + card.width)) < 2, 'in their right corner');
  assert.ok(title.x < button.x);

  await opener(view).click();
  const dialog = view.dialog('Delete “CI pipeline”?');
  await sees(dialog);
  await sees(dialog.getByText(/All applications that use it are refused from then on/));
  await accessible(page);
  await pictures(page, 'token-delete-sure');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await misses(dialog);
  await opener(view).click();
  await page.keyboard.press('Escape');
  await misses(dialog);
  assert.deepEqual(await names(world), ['CI pipeline', 'Reporting']);
  assert.equal(await world.status(made.token), 200);

  await opener(view).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await view.says('The token is revoked and deleted. It is in force on every node');
  await at(page, /^\/admin\/api-tokens\?/);
  await read(view.names, ['Reporting']);
  assert.equal(await world.status(made.token), 401);
  assert.deepEqual(await names(world), ['Reporting']);
  assert.equal(await world.events('token.deleted'), 1);
  world.expect(404);
  assert.equal((await page.goto(`${TOKENS}/${made.id}`)).status(), 404);
});

eachDatabase('s32_active_expired_and_revoked_tokens_can_be_deleted', { clock: true }, async (world) => {
  const { page, clock } = world;
  const tokens = {
    Active: await world.token('Active', { expires_at: day(90) }),
    Expired: await world.token('Expired', { expires_at: day(1) }),
    Revoked: await world.token('Revoked', { expires_at: day(90) }),
  };
  await world.revoke(tokens.Revoked.id);
  await clock.advance(3 * DAY);
  for (const [name, { id, token }] of Object.entries(tokens)) {
    const view = await new TokensView(page).show(id);
    await reads(view.row(name).locator('.mark'), name.toLowerCase());
    await opener(view).click();
    await view.dialog(`Delete “${name}”?`).getByRole('button', { name: 'Delete' }).click();
    await view.says('The token is revoked and deleted.');
    await misses(view.row(name));
    assert.equal(await world.status(token), 401);
  }
  assert.deepEqual(await names(world), []);
  assert.equal(await world.events('token.deleted'), 3);
  await sees(page.getByText('There is no API token yet.'));
});

eachDatabase('s31_without_the_permission_there_is_no_button', async (world) => {
  const made = await world.token('CI pipeline');
  await world.person('rob', await world.role('Editors', 'allow tokens:read', 'allow tokens:update'));
  const page = await world.signedIn('rob');
  const view = await new TokensView(page).show(made.id);
  await sees(view.access);
  assert.equal(await opener(view).count(), 0);
  assert.equal(await view.list.getByRole('button', { name: /selected/ }).count(), 0);
  world.watch(page).expect(403);
  for (const path of [`${TOKENS}/${made.id}/delete`, `${TOKENS}/delete-expired`]) assert.equal((await page.goto(path)).status(), 403);
  assert.deepEqual(await names(world), ['CI pipeline']);
});

eachDatabase('selected_tokens_are_revoked_or_deleted_together', async (world) => {
  const { page } = world;
  const made = {};
  for (const name of ['One', 'Two', 'Three', 'Four']) made[name] = await world.token(name, { expires_at: day(90) });
  const view = await new TokensView(page).visit();
  const select = async (...chosen) => { for (const name of chosen) await view.list.getByRole('checkbox', { name: `Select ${name}` }).check(); };
  const press = (name) => view.list.getByRole('button', { name }).click();
  const statuses = async () => Promise.all(['One', 'Two', 'Three', 'Four'].map((name) => world.status(made[name].token)));

  await select('One', 'Two');
  await press('Revoke selected');
  await sees(page.getByRole('heading', { name: 'Revoke 2 tokens?' }));
  await read(page.getByRole('main').getByRole('listitem'), ['One', 'Two']);
  await accessible(page);
  await pictures(page, 'tokens-bulk-revoke');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await at(page, TOKENS);
  assert.deepEqual(await statuses(), [200, 200, 200, 200]);

  await select('One', 'Two');
  await press('Revoke selected');
  await page.getByLabel('Reason (optional)').fill('Moved away');
  await page.getByRole('button', { name: 'Revoke for good' }).click();
  await view.says('The chosen tokens are revoked for good. It is in force on every node');
  assert.deepEqual(await statuses(), [401, 401, 200, 200]);
  assert.deepEqual(await world.sql("SELECT name, revoked_reason FROM tokens WHERE revoked_at IS NOT NULL ORDER BY name"), [['One', 'Moved away'], ['Two', 'Moved away']]);
  await reads(view.row('One').locator('.mark'), 'revoked');

  await select('Two', 'Three');
  await press('Delete selected');
  await sees(page.getByRole('heading', { name: 'Delete 2 tokens?' }));
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await view.says('The chosen tokens are revoked and deleted.');
  await read(view.names, ['Four', 'One']);
  assert.deepEqual(await names(world), ['Four', 'One']);
  assert.deepEqual(await statuses(), [401, 401, 401, 200]);
  assert.deepEqual([await world.events('token.revoked'), await world.events('token.deleted')], [2, 2]);
});

eachDatabase('what_is_done_with_many_is_offered_once_something_is_selected', async (world) => {
  await world.token('CI pipeline');
  const view = await new TokensView(world.page).visit();
  const buttons = view.list.getByRole('button', { name: /selected/ });
  const box = view.list.getByRole('checkbox', { name: 'Select CI pipeline' });
  assert.equal(await buttons.count(), 0);
  await box.check();
  await read(buttons, ['Revoke selected', 'Delete selected']);
  await accessible(world.page);
  await box.uncheck();
  await eventually(async () => assert.equal(await buttons.count(), 0));
});

eachDatabase('expired_tokens_are_deleted_with_one_button', { clock: true }, async (world) => {
  const { page, clock } = world;
  for (const name of ['Old one', 'Old two']) await world.token(name, { expires_at: day(1) });
  const revoked = await world.token('Revoked', { expires_at: day(1) });
  await world.revoke(revoked.id);
  await world.token('Active', { expires_at: day(90) });
  await world.token('Legacy');
  const view = await new TokensView(page).visit();
  await view.list.getByRole('link', { name: 'Delete expired' }).click();
  await sees(page.getByText('No token has expired.'));
  await page.getByRole('link', { name: 'Back to the list' }).click();
  await clock.advance(3 * DAY);
  await view.list.getByRole('link', { name: 'Delete expired' }).click();
  await sees(page.getByText('2 expired tokens will be taken off the list.'));
  await accessible(page);
  assert.equal((await names(world)).length, 5);
  await page.getByRole('button', { name: 'Delete all expired tokens' }).click();
  await view.says('All expired tokens are deleted.');
  await view.visit('?sort=name');
  await read(view.names, ['Active', 'Legacy', 'Revoked']);
  assert.deepEqual(await names(world), ['Active', 'Legacy', 'Revoked']);
});
