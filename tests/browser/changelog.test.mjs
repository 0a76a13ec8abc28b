// The changelog: what it shows, filters that add up, older pages, the export, and the verdict about the chain.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { expected } from './harness/caller.mjs';
import { csv } from './harness/csv.mjs';
import { DAY } from './harness/days.mjs';
import { at, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const LOG = '/admin/changelog';

/** What stands in the table: number, level, type, time, who, message. */
const rows = (page) => page.locator('#rows tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, ' ').trim())));

const messages = async (page) => (await rows(page)).map((cells) => cells[5]);

/** Chooses filters and applies them. */
const filter = async (page, choices) => {
  const form = page.getByRole('search', { name: 'Filter the changelog' });
  for (const [label, value] of Object.entries(choices)) {
    const field = form.getByLabel(label);
    if (['Level', 'Type', 'About'].includes(label)) await field.selectOption(value); else await field.fill(value);
  }
  await form.getByRole('button', { name: 'Filter' }).click();
};

eachDatabase('t08_the_changelog_shows_level_type_time_who_and_message_newest_first', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline');
  await world.revoke(made.id, 'Stolen');
  await page.goto(LOG);
  await read(page.getByRole('columnheader'), ['Number', 'Level', 'Type', 'Time', 'Who', 'Message']);
  const shown = await rows(page);
  const numbers = shown.map(([number]) => Number(number));
  assert.deepEqual(numbers, Array.from(numbers, (_, index) => numbers.length - index), 'newest first, none left out');
  assert.equal(numbers.length, Number(await world.value('SELECT count(*) FROM events')));
  const [number, level, type, time, who, message] = shown[0];
  assert.deepEqual([number, level, type], [String(numbers.length), 'notice', 'token.revoked']);
  assert.match(time, /^\d{1,2} \w{3} \d{4}, \d\d:\d\d:\d\d UTC$/);
  assert.match(who, /^ada 127\.0\.0\.1$/);
  assert.match(message, /^ada revoked token CI pipeline.* reason: Stolen/i);
  assert.ok(shown.some(([, kind, name]) => kind === 'info' && name === 'token.created'));
  // A message leads to what it is about, unless that is gone.
  await page.getByRole('link', { name: 'ada revoked token CI pipeline' }).click();
  await at(page, `/admin/api-tokens/${made.id}`);
  expected(await world.ada.delete(`/api/v1/tokens/${made.id}`), 204);
  await page.goto(LOG);
  const last = page.locator('#rows tr').first();
  await reads(last, /ada deleted token CI pipeline/);
  assert.equal(await last.getByRole('link').count(), 0);
  // Refresh shows what came since.
  await world.role('Reader');
  await page.getByRole('link', { name: 'Refresh' }).click();
  await reads(last, /ada created role Reader/);
});

eachDatabase('t08_filters_add_up', { clock: true }, async (world) => {
  const { page, clock } = world;
  const date = () => new Date(clock.seconds * 1_000).toISOString().slice(0, 10);
  await world.role('Reader');
  const first = await world.token('Alpha');
  await clock.advance(3 * DAY);
  const second = date();
  await world.revoke(first.id, 'over');
  await world.token('Alpha two');
  await world.token('Beta');
  await clock.advance(3 * DAY);
  const beta = (await world.ada.get('/api/v1/tokens?name=beta')).body.items[0];
  await world.revoke(beta.id);
  await page.goto(LOG);
  const all = (await rows(page)).length;
  const named = (name) => (message) => message.includes(name);

  await filter(page, { 'Message or name': 'ALPHA' });
  await at(page, new RegExp(`^${LOG}\\?text=ALPHA&`));
  assert.deepEqual((await messages(page)).map((message) => message.replace(/Alpha( two)?.*/, 'Alpha$1')), ['ada created token Alpha two', 'ada revoked token Alpha', 'ada created token Alpha']);
  await filter(page, { Type: 'token.created' });
  assert.deepEqual((await rows(page)).map((cells) => cells[2]), ['token.created', 'token.created']);
  await filter(page, { From: second });
  assert.ok((await messages(page)).every(named('Alpha two')) && (await rows(page)).length === 1);
  await filter(page, { 'Message or name': '' });
  assert.deepEqual((await messages(page)).map((message) => message.match(/token (Alpha two|Beta)/)[1]), ['Beta', 'Alpha two']);
  await filter(page, { Type: '', Level: 'notice', About: 'token' });
  assert.deepEqual((await rows(page)).map((cells) => cells[2]), ['token.revoked', 'token.revoked']);
  await filter(page, { Until: second });
  assert.ok((await messages(page)).every(named('Alpha')) && (await rows(page)).length === 1, 'that day included');
  await page.reload();
  assert.equal(await page.getByLabel('Until, that day included').inputValue(), second, 'the filters stay in the address');
  assert.equal(await page.getByLabel('Level').inputValue(), 'notice');
  await filter(page, { 'Message or name': 'Beta' });
  await sees(page.getByText('Nothing fits these filters.'));
  await page.getByRole('link', { name: 'Show all' }).click();
  await at(page, LOG);
  assert.equal((await rows(page)).length, all);
  // From a token, only its own.
  await page.goto(`/admin/api-tokens/${beta.id}`);
  await page.getByRole('link', { name: 'All of it in the changelog' }).click();
  await sees(page.getByText('Only about'));
  assert.deepEqual((await rows(page)).map((cells) => cells[2]), ['token.revoked', 'token.created']);
});

eachDatabase('t08_older_events_are_a_page_away_and_none_is_missed', async (world) => {
  const { page } = world;
  for (let number = 0; number < 60; number += 1) await world.role(`Role ${number}`);
  const total = Number(await world.value('SELECT count(*) FROM events'));
  await page.goto(`${LOG}?type=&text=`);
  const numbers = [];
  for (let pages = 1; ; pages += 1) {
    numbers.push(...(await rows(page)).map(([number]) => Number(number)));
    const older = page.getByRole('link', { name: 'Older events' });
    if (await older.count() === 0) { assert.ok(1 < pages, 'more than one page'); break; }
    // What comes meanwhile moves nothing.
    await world.role(`Later ${pages}`);
    await older.click();
    await at(page, /cursor=/);
  }
  assert.deepEqual(numbers, Array.from({ length: total }, (_, index) => total - index));
});

/** Presses Export; gives the file's text and the answer's header fields. */
const exported = async (page) => {
  const answer = page.waitForResponse((response) => response.url().includes('/export.csv')).catch(() => null);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export CSV' }).click()]);
  assert.equal(download.suggestedFilename(), 'changelog.csv');
  await Promise.race([answer, download.path()]);
  return readFile(await download.path(), 'utf8');
};

eachDatabase('v01_v02_v03_the_export_is_read_back_as_it_was_and_holds_no_formula', async (world) => {
  const { page } = world;
  const { items: [admin] } = expected(await world.ada.get('/api/v1/roles?name=admin'), 200);
  const names = ['=1+1', '+1', '-1', '@SUM(A1)', '＝1', '=HYPERLINK("http://x")', "=cmd|'/C calc'!A0", 'a "quoted", one; or 2'];
  for (const name of names) {
    const { token } = await world.token(name, { roles: [admin.id], description: 'one, "two"\nthree' });
    // The token itself is who does it, and the first word of the message.
    expected(await world.anybody.bearer(token).post('/api/v1/roles', { name: `By ${name}`, rules: [] }), 201);
  }
  await page.goto(LOG);
  const text = await exported(page);
  const [head, ...records] = csv(text);
  assert.deepEqual(head, ['number', 'time', 'level', 'type', 'who', 'message', 'address', 'changes']);
  assert.equal(records.length, Number(await world.value('SELECT count(*) FROM events')));
  assert.deepEqual(records.map(([number]) => Number(number)), records.map((_, index) => records.length - index));
  for (const record of records) {
    assert.equal(record.length, 8);
    for (const field of record) assert.ok(!/^\s*[=+\-@\t\r\n＝＋－＠]/u.test(field), field);
  }
  for (const [index, name] of names.entries()) {
    const record = records.find(([, , , type, , message]) => type === 'role.created' && message.endsWith(`By ${name}`));
    const [who, message] = [record[4], record[5]];
    const risky = index < 7;
    assert.deepEqual([who, message], [`${risky ? "'" : ''}${name}`, `${risky ? "'" : ''}${name} created role By ${name}`]);
    const made = records.find(([, , , type, , told]) => type === 'token.created' && told === `ada created token ${name}`);
    assert.ok(made[7].includes('description: nothing -> one, "two"\nthree'), made[7]);
  }
  assert.match(records[0][1], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  assert.ok(!text.includes('eyJ'), 'no token');
});

eachDatabase('the_export_has_what_the_filters_leave_and_all_of_it', async (world) => {
  const { page } = world;
  for (let number = 0; number < 60; number += 1) await world.role(`Role ${number}`);
  await world.token('CI pipeline');
  await page.goto(LOG);
  await filter(page, { Type: 'role.created' });
  const [, ...records] = csv(await exported(page));
  assert.equal(records.length, 60, 'also beyond the page that is shown');
  assert.ok(records.every((record) => record[3] === 'role.created'));
  const answer = await page.request.get(`${LOG}/export.csv`);
  const { 'content-disposition': disposition, 'content-type': type, 'x-content-type-options': sniff } = answer.headers();
  assert.deepEqual([disposition, sniff], ['attachment; filename="changelog.csv"', 'nosniff']);
  assert.match(type, /^text\/csv; charset=utf-8/);
  // Whoever may not read the log gets none of it.
  await world.person('eve');
  const eve = await world.signedIn('eve');
  assert.equal((await eve.request.get(`${LOG}/export.csv`)).status(), 403);
});

/** Changes the log behind the server's back, as somebody who may do everything in the database. */
const tamper = (world, statement) => world.sql(world.database.kind === 'sqlite'
  ? `DROP TRIGGER events_fixed; DROP TRIGGER events_kept; ${statement}`
  : `ALTER TABLE events DISABLE TRIGGER ALL; ${statement}`);

const verdict = (page) => page.locator('#verdict');

eachDatabase('x08_the_verdict_finds_one_row_that_was_changed_behind_the_servers_back', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline');
  await world.revoke(made.id, 'Stolen');
  await world.role('Reader');
  await page.goto(LOG);
  await page.getByRole('link', { name: 'Check the log' }).click();
  await reads(verdict(page).locator('.mark'), 'valid');
  await sees(page.getByText('Every link and every MAC holds: no event was changed, removed or put in.'));
  const total = await world.value('SELECT count(*) FROM events');
  await reads(verdict(page).locator('.facts'), new RegExp(`^Events ${total} Last event ${total} Its digest [0-9a-f]{64} Epoch [0-9a-f-]{32,}$`));
  const seq = await world.value("SELECT seq FROM events WHERE kind = 'token.revoked'");
  await tamper(world, `UPDATE events SET origin_address = '203.0.113.9' WHERE seq = ${seq}`);
  await page.getByRole('link', { name: 'Check again' }).click();
  await reads(verdict(page).locator('.mark'), 'broken');
  await sees(page.getByText(new RegExp(`^Broken at event ${seq}: .*Somebody changed the log behind the server.s back\\.$`)));
  // It is read all the same, and goes on being found.
  await page.getByRole('link', { name: 'Back to the changelog' }).click();
  await at(page, LOG);
  await reads(page.locator('#rows tr').nth(1), /revoked token CI pipeline/);
  await page.goto(`${LOG}/check`);
  await reads(verdict(page).locator('.mark'), 'broken');
});

eachDatabase('x08_the_verdict_finds_a_row_that_was_taken_out', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline');
  await world.revoke(made.id);
  await world.role('Reader');
  const seq = await world.value("SELECT seq FROM events WHERE kind = 'token.revoked'");
  await tamper(world, `DELETE FROM events WHERE seq = ${seq}`);
  await page.goto(`${LOG}/check`);
  await reads(verdict(page).locator('.mark'), 'broken');
  await reads(verdict(page), /Broken at event \d+/);
});
