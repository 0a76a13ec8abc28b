// The main path by keyboard alone: no pointer touches the page after somebody has signed in.
import assert from 'node:assert/strict';
import { day } from './harness/days.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { at, focused, misses, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

/** Somebody at a keyboard. */
class Keyboard {
  constructor(page) {
    Object.assign(this, { page, keys: page.keyboard });
  }

  /** Presses Tab (or back) until this has the focus; everything on the way must be seen to have it. */
  async to(locator, key = 'Tab') {
    await locator.waitFor();
    for (let presses = 0; presses < 120; presses += 1) {
      if (await locator.evaluate((element) => element === document.activeElement)) return locator;
      await this.keys.press(key);
      const hidden = await this.page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        const box = element.getBoundingClientRect();
        // A date shows the focus at its parts.
        const marked = element.type === 'date' || getComputedStyle(element).outlineStyle !== 'none';
        // Something of it is not covered by what sticks to the window.
        const points = [[0.5, 0.5], [0.05, 0.1], [0.95, 0.1], [0.05, 0.9], [0.95, 0.9]].map(([x, y]) => document.elementFromPoint(box.x + x * box.width, box.y + y * box.height));
        const open = points.some((found) => found && (element.contains(found) || found.contains(element)));
        return marked && open ? null : `${marked ? 'covered' : 'not marked'}: ${element.outerHTML.slice(0, 120)}`;
      });
      assert.equal(hidden, null, 'the focus is seen');
    }
    throw new Error(`${locator} is not reached by ${key}`);
  }

  async press(locator, key = 'Enter') {
    await this.to(locator);
    await this.keys.press(key);
  }

  async type(locator, text) {
    await this.to(locator);
    await this.keys.press('ControlOrMeta+A');
    await this.keys.type(text);
  }

  /** Chooses in a drop-down by the beginning of a word. */
  async pick(locator, word) {
    await this.to(locator);
    await this.keys.type(word);
  }
}

const CLIPBOARD = { context: { permissions: ['clipboard-read', 'clipboard-write'] } };

eachDatabase('the_main_path_by_keyboard_alone', CLIPBOARD, async (world) => {
  const { page } = world;
  await world.role('Reader', 'allow tokens:read');
  await world.token('Other');
  const keyboard = new Keyboard(page);
  const view = new TokensView(page);

  // From the overview to the empty form.
  await page.goto('/overview');
  await keyboard.press(page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Admin' }));
  await at(page, TOKENS);
  await keyboard.press(view.list.getByRole('link', { name: 'Add' }));
  await focused(view.field('Name'));

  // Create and save.
  await page.keyboard.type('CI pipeline');
  await keyboard.press(view.button('90 days'));
  await keyboard.press(view.button('+ Add role'));
  await focused(view.roles.first());
  await keyboard.pick(view.roles.first(), 'Reader');
  await keyboard.press(view.button('+ Add role'), 'Space');
  await focused(view.roles.nth(1));
  await keyboard.press(view.button('Remove role 2'));
  await focused(view.roles.first());
  await keyboard.press(view.button('Save'));
  await view.says('The token is made');
  assert.deepEqual(await world.sql('SELECT roles.name FROM token_roles JOIN roles ON roles.id = role_id'), [['Reader']]);

  // Show and copy.
  await keyboard.press(view.button('Show token'));
  await focused(view.text);
  await keyboard.press(view.button('Copy'));
  await reads(page.locator('#live'), 'Copied.');
  const text = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(await world.status(text, '/api/v1/tokens'), 200);
  await keyboard.press(view.details.getByRole('link', { name: 'Hide' }));
  await misses(view.text);
  await focused(view.button('Show token'));

  // Revoke: mark, think again in the dialog, then do it.
  await keyboard.press(view.button('Revoke'));
  await focused(view.access.getByLabel('Reason (optional)'));
  await page.keyboard.type('over');
  await keyboard.press(view.button('Save'));
  const dialog = view.dialog(/for good/);
  await sees(dialog);
  await page.keyboard.press('Escape');
  await misses(dialog);
  assert.equal(await world.status(text), 200);
  await keyboard.press(view.button('Save'));
  await keyboard.press(dialog.getByRole('button', { name: 'Revoke for good' }));
  await view.says('The token is revoked for good.');
  assert.equal(await world.status(text), 401);

  // Delete.
  await keyboard.press(view.details.getByRole('link', { name: 'Delete', exact: true }));
  const deleting = view.dialog('Delete “CI pipeline”?');
  await sees(deleting);
  await keyboard.press(deleting.getByRole('button', { name: 'Delete' }));
  await view.says('The token is revoked and deleted.');
  assert.deepEqual(await world.sql('SELECT name FROM tokens'), [['Other']]);
});

eachDatabase('a_list_is_walked_and_left_by_keyboard', async (world) => {
  const { page } = world;
  for (const name of ['Alpha', 'Beta']) await world.token(name, { expires_at: day(90) });
  const view = await new TokensView(page).visit('?sort=name');
  const keyboard = new Keyboard(page);
  // The first stop leads past the menus.
  await page.keyboard.press('Tab');
  await focused(page.getByRole('link', { name: 'Skip to content' }));
  await page.keyboard.press('Enter');
  await focused(page.getByRole('main'));
  await keyboard.type(view.filter, 'bet');
  await misses(view.row('Alpha'));
  await keyboard.press(view.row('Beta').getByRole('link'));
  await reads(view.title, 'Beta');
  await keyboard.press(view.details.getByRole('link', { name: 'Rotate' }));
  await reads(view.title, 'Rotate “Beta”');
  await keyboard.press(view.details.getByRole('link', { name: 'Cancel' }));
  await reads(view.title, 'Beta');
  // And back, the other way round.
  await keyboard.to(view.filter, 'Shift+Tab');
});

eachDatabase('enter_in_a_field_saves_and_removes_no_slot', async (world) => {
  const { page } = world;
  await world.role('Reader', 'allow tokens:read');
  const view = await new TokensView(page).visit();
  await view.add();
  await page.keyboard.type('CI pipeline');
  await view.addRole('Reader');
  await view.addNetwork('127.0.0.1');
  await view.field('Name').focus();
  await page.keyboard.press('Enter');
  await view.says('The token is made');
  assert.deepEqual(await world.sql('SELECT roles.name, allowed_networks FROM token_roles JOIN roles ON roles.id = role_id JOIN tokens ON tokens.id = token_id'), [['Reader', '127.0.0.1/32']]);
  // With a mark, Enter asks like Save.
  await view.mark();
  await view.field('Name').focus();
  await page.keyboard.press('Enter');
  await sees(view.dialog(/for good/));
  assert.equal(await world.value('SELECT count(*) FROM tokens WHERE revoked_at IS NULL'), '1');
});
