// The configuration: every setting in force and where it came from, and no secret.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reads } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const SECRET = 'swordfish-of-the-database';

/** A file of settings, and a password in the address of the database, which the server of the tests does not ask for. */
const given = (database) => {
  const file = join(database.folder, 'settings.toml');
  writeFileSync(file, 'max_page = 321\nkeep_alive = "20s"\n');
  const settings = { TOKENWARD_CONFIG: file, TOKENWARD_MAX_BODY: '54321', TOKENWARD_KEEP_ALIVE: '25s' };
  if (database.url) settings.TOKENWARD_DATABASE_URL = database.url.replace('postgres@', `postgres:${SECRET}@`);
  return settings;
};

const variable = (name) => new RegExp(`^environment variable .TOKENWARD_${name}.$`);

const setting = (page, key) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: key, exact: true }) }).getByRole('cell');

eachDatabase('the_configuration_shows_each_value_in_force_and_where_it_came_from', { settings: given }, async (world) => {
  const { page, database } = world;
  await page.goto('/admin/configuration');
  const says = async (key, value, source) => {
    await reads(setting(page, key).nth(0), value);
    await reads(setting(page, key).nth(1), source);
  };
  await says('listen', new RegExp(`^${new URL(world.url).host.replaceAll('.', '\\.')} `), variable('LISTEN'));
  await says('max_body', /^54321 /, variable('MAX_BODY'));
  await says('max_page', /^321 /, new RegExp(`^file .${join(database.folder, 'settings.toml')}.$`));
  await says('keep_alive', /^25s /, variable('KEEP_ALIVE'));
  await says('max_head', /^16384 /, 'default');
  await says('trusted_proxies', /^none /, 'default');
  await says('data_dir', new RegExp(`^${database.folder} `), variable('DATA_DIR'));
  // What the command line says of the same settings.
  const checked = await world.cli(['config', 'check']);
  for (const key of await page.getByRole('rowheader').allInnerTexts()) assert.ok(checked.includes(key), key);
  assert.ok(20 < await page.getByRole('rowheader').count());
});

eachDatabase('the_configuration_shows_no_secret', { settings: given }, async (world) => {
  const { page, database } = world;
  await page.goto('/admin/configuration');
  const shown = await page.content();
  const key = await readFile(world.settings.TOKENWARD_MASTER_KEY_FILE ?? join(database.folder, 'master.key'), 'utf8');
  assert.ok(20 < key.trim().length);
  for (const secret of [key.trim(), SECRET]) {
    assert.ok(!shown.includes(secret));
    assert.ok(!(await world.log()).includes(secret));
  }
  await reads(setting(page, 'database_url').first(), database.url ? new RegExp(`^postgres://…@127\\.0\\.0\\.1:\\d+/${database.name} `) : /^embedded, in .data_dir. /);
  // The same for whoever may see nothing but this.
  await world.person('eve', await world.role('Looks', 'allow configuration:read'));
  const eve = await world.signedIn('eve');
  assert.equal((await eve.goto('/admin/configuration')).status(), 200);
  assert.ok(!(await eve.content()).includes(SECRET));
});
