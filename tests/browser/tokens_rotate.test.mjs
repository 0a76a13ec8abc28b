// Rotate: a new text for the same token, and the end of the older ones.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { DAY, day } from './harness/days.mjs';
import { pictures } from './harness/screenshots.mjs';
import { TokensView } from './harness/tokens_view.mjs';
import { at, holds, misses, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const CHOICES = {
  use: /^with the first call that uses the new one/,
  day: 'at the end of the day below',
  now: 'now',
};

/** Opens the form of a rotation. */
const rotating = async (world, made) => {
  const view = await new TokensView(world.page).show(made.id);
  await view.details.getByRole('link', { name: 'Rotate' }).click();
  await reads(view.title, `Rotate “${made.name}”`);
  return view;
};

/** Makes the new text; gives it. */
const rotate = async (view, choice) => {
  await view.details.getByRole('radio', { name: CHOICES[choice], exact: true }).check();
  await view.button('Make a new text').click();
  await view.says('The token has a new text.');
  return view.text.inputValue();
};

const texts = (world) => world.value('SELECT count(*) FROM credentials').then(Number);

eachDatabase('x04_old_texts_end_with_the_first_use_of_the_new_one', async (world) => {
  const made = await world.token('CI pipeline', { expires_at: day(90) });
  const view = await rotating(world, made);
  await holds(view.details.getByLabel('Expiry date'), day(90));
  await holds(view.details.getByLabel('Day', { exact: true }), day(7));
  await accessible(world.page);
  await pictures(world.page, 'token-rotate');
  const text = await rotate(view, 'use');
  assert.notEqual(text, made.token);
  assert.equal(await world.status(made.token), 200);
  assert.equal(await world.status(text), 200);
  assert.equal(await world.status(made.token), 401);
  assert.equal(await texts(world), 2);
  assert.equal(await world.events('token.rotated'), 1);
});

eachDatabase('x04_old_texts_end_now_or_on_a_day', { clock: true }, async (world) => {
  const { clock } = world;
  const made = await world.token('CI pipeline');
  const view = await rotating(world, made);
  const second = await rotate(view, 'now');
  assert.deepEqual([await world.status(made.token), await world.status(second)], [401, 200]);

  await rotating(world, made);
  await view.details.getByLabel('Day', { exact: true }).fill(day(3));
  const third = await rotate(view, 'day');
  assert.deepEqual([await world.status(second), await world.status(third), await world.status(second)], [200, 200, 200]);
  await clock.advance(5 * DAY);
  assert.deepEqual([await world.status(second), await world.status(third)], [401, 200]);
});

eachDatabase('x04_x05_a_rotation_that_is_refused_or_called_off_changes_nothing', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline');
  const view = await rotating(world, made);
  await view.details.getByLabel('Day', { exact: true }).fill('');
  world.expect(422);
  await view.details.getByRole('radio', { name: CHOICES.day, exact: true }).check();
  await view.button('Make a new text').click();
  await sees(view.details.getByRole('alert'));
  await sees(page.locator('#until-problem'));
  await accessible(page);
  await world.answer('accept', () => view.details.getByRole('link', { name: 'Cancel' }).click());
  await at(page, new RegExp(`${made.id}$`));
  await misses(view.text);
  assert.equal(await texts(world), 1);
  assert.equal(await world.status(made.token), 200);
});
