// Show token: the text in place, copied, hidden again, and kept nowhere.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { expected } from './harness/caller.mjs';
import { day } from './harness/days.mjs';
import { packages } from './harness/places.mjs';
import { pictures } from './harness/screenshots.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { eventually, focused, misses, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const CLIPBOARD = { context: { permissions: ['clipboard-read', 'clipboard-write'] } };

/** Where a page could leave something: itself, its stores, its history, its address. */
const traces = (page) => page.evaluate(async () => JSON.stringify([
  document.documentElement.outerHTML,
  [...document.querySelectorAll('input, textarea')].map((field) => field.value),
  { ...localStorage }, { ...sessionStorage }, document.cookie,
  history.state, location.href, document.title,
  await caches.keys(), await indexedDB.databases(),
]));

const shown = async (world) => Number(await world.value("SELECT count(*) FROM events WHERE kind = 'token.revealed' AND actor_name = 'ada'"));

eachDatabase('s11_s14_show_token_reveals_exactly_what_an_application_sends', async (world) => {
  const { page } = world;
  const reader = await world.role('Reader', 'allow tokens:read');
  const made = await world.token('CI pipeline', { roles: [reader], expires_at: day(90) });
  const view = await new TokensView(page).show(made.id);
  await misses(view.text);
  assert.ok(!(await page.content()).includes(made.token.slice(-20)));
  const text = await view.showText();
  assert.equal(text, made.token);
  await focused(view.text);
  assert.equal(await world.status(text), 200);
  assert.equal(await world.status(text, '/api/v1/tokens'), 200);
  // What is in it stands beside it, and a ready call.
  const [header, claims] = text.split('.').map((segment) => Buffer.from(segment, 'base64url').toString());
  for (const [place, part] of [header, claims].entries()) assert.deepEqual(JSON.parse(await view.access.locator('pre').nth(place).innerText()), JSON.parse(part));
  assert.equal(JSON.parse(claims).sub, made.id);
  await reads(view.access.locator('#curl'), `curl -H 'Authorization: Bearer ${text}' ${world.url}/api/v1/whoami`);
  assert.equal(await shown(world), 1);
  await accessible(page);
  // Pictures are for everybody, so they show a text of no token.
  await page.evaluate((whole) => {
    const other = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiLigKYifQ.c2lnbmF0dXJl';
    for (const place of document.querySelectorAll('#text, #curl')) place.textContent = place.textContent.replace(whole, other);
  }, text);
  await pictures(page, 'token-shown');
});

eachDatabase('s12_only_saved_tokens_have_a_text', async (world) => {
  const view = await new TokensView(world.page).visit();
  await view.add();
  await sees(view.button('Save'));
  assert.equal(await view.button('Show token').count(), 0);
  assert.equal(await view.access.count(), 0);
  await view.field('Name').fill('CI pipeline');
  await view.save('The token is made');
  assert.match(await view.showText(), /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
});

eachDatabase('s13_each_time_the_same_bytes_and_a_line_in_the_changelog', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline');
  const view = await new TokensView(page).show(made.id);
  for (const times of [1, 2, 3]) {
    assert.equal(await view.showText(), made.token);
    assert.equal(await shown(world), times);
    await view.details.getByRole('link', { name: 'Hide' }).click();
    await misses(view.text);
    await focused(view.button('Show token'));
    assert.ok(!(await traces(page)).includes(made.token.slice(-20)));
  }
  const revealed = expected(await world.ada.post(`/api/v1/tokens/${made.id}/reveal`, {}), 200);
  assert.equal(revealed.token, made.token);
  await view.show(made.id);
  await reads(view.details.locator('#history li').first(), /ada showed the text of token CI pipeline/);
});

eachDatabase('s13_without_the_permission_there_is_no_button_and_no_text', async (world) => {
  const made = await world.token('CI pipeline');
  await world.person('rob', await world.role('Token readers', 'allow tokens:read'));
  const page = await world.signedIn('rob');
  const view = await new TokensView(page).show(made.id);
  await sees(view.access);
  assert.equal(await view.button('Show token').count(), 0);
  // The address by itself gives nothing either.
  world.watch(page).expect(403);
  const csrf = await page.locator('input[name=csrf]').first().inputValue();
  const answer = await page.evaluate(async ([path, token]) => {
    const got = await fetch(path, { method: 'POST', body: new URLSearchParams({ csrf: token }) });
    return [got.status, await got.text()];
  }, [`${TOKENS}/${made.id}/show`, csrf]);
  assert.equal(answer[0], 403);
  assert.match(answer[1], /tokens:show/);
  assert.ok(!answer[1].includes('eyJ'));
  assert.equal(await world.events('token.revealed'), 0);
});

eachDatabase('s15_any_library_verifies_the_text_with_the_public_keys', async (world) => {
  const { decodeJwt, decodeProtectedHeader, jwtVerify, createLocalJWKSet } = await import(packages.resolve('jose'));
  const made = await world.token('CI pipeline');
  const view = await new TokensView(world.page).show(made.id);
  const text = await view.showText();
  const keys = expected(await world.anybody.get('/.well-known/jwks.json'), 200);
  const { payload } = await jwtVerify(text, createLocalJWKSet(keys));
  assert.deepEqual([payload.sub, decodeJwt(text).sub], [made.id, made.id]);
  assert.ok(keys.keys.some(({ kid }) => kid === decodeProtectedHeader(text).kid));
});

eachDatabase('s37_the_first_token_of_all_works_at_once', async (world) => {
  const { token } = await world.token('First');
  assert.equal(await world.status(token), 200);
});

eachDatabase('s11_s37_create_save_show_copy_call', CLIPBOARD, async (world) => {
  const { page } = world;
  await world.role('Token reader', 'allow tokens:read');
  const view = await new TokensView(page).visit();
  const id = await view.make('CI pipeline', { expires: day(90), roles: ['Token reader'] });
  await view.showText();
  await view.button('Copy').click();
  await sees(view.button('Copied'));
  await reads(page.locator('#live'), 'Copied.');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(await world.status(copied, '/api/v1/tokens'), 200);
  const me = expected(await world.anybody.bearer(copied).get('/api/v1/whoami'), 200);
  assert.ok(JSON.stringify(me).includes(id));
  assert.equal(await world.status(`${copied}x`), 401);
  assert.deepEqual(await world.sql('SELECT name, version FROM tokens'), [['CI pipeline', '1']]);
});

eachDatabase('s11_the_text_hides_again_after_a_minute', { signedIn: false }, async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline');
  await page.clock.install();
  await world.signIn(page);
  const view = await new TokensView(page).show(made.id);
  await view.showText();
  await page.clock.runFor(59_000);
  await sees(view.text);
  await page.clock.runFor(2_000);
  await misses(view.text);
  await sees(view.button('Show token'));
  await reads(page.locator('#live'), 'The token is hidden again.');
  assert.ok(!(await traces(page)).includes(made.token.slice(-20)));
});

eachDatabase('atk_x06_nothing_of_the_text_is_left_behind', async (world) => {
  const { page } = world;
  const made = await world.token('CI pipeline');
  await world.token('Reporting');
  const view = await new TokensView(page).show(made.id);
  const [answer] = await Promise.all([page.waitForResponse((response) => response.url().endsWith('/show')), view.showText()]);
  assert.match(answer.headers()['cache-control'], /no-store/);
  const gone = async (where) => {
    await misses(view.text);
    assert.ok(!(await traces(page)).includes(made.token.slice(-20)), where);
  };
  assert.ok((await traces(page)).includes(made.token.slice(-20)), 'this looks where it can be');
  assert.ok(!page.url().includes('show'));
  await page.reload();
  await gone('after loading again');

  await view.showText();
  await view.choose('Reporting');
  await gone('beside another token');
  await page.goBack();
  await reads(view.title, 'CI pipeline');
  await gone('after going back');

  await view.showText();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await sees(page.getByText('You are signed out.'));
  await gone('after signing out');
  await page.goBack();
  await gone('after going back from there');
  const [database, log] = [await world.dump(), await world.log()];
  await eventually(() => assert.ok(!database.includes(made.token.slice(-20)) && !log.includes(made.token.slice(-20))));
});

eachDatabase('show_token_never_shows_it_once_when_it_is_made', { settings: { TOKENWARD_SHOW_TOKEN: 'never' } }, async (world) => {
  const { page } = world;
  const view = await new TokensView(page).visit();
  await view.add();
  await view.field('Name').fill('CI pipeline');
  await view.save('this server shows it this once');
  const text = await view.text.inputValue();
  assert.equal(await world.status(text), 200);
  await page.goto(`${TOKENS}/${(await world.ada.get('/api/v1/tokens')).body.items[0].id}`);
  await sees(view.details.getByText('This server shows the text of a token only once, when it is made.'));
  await misses(view.text);
  assert.equal(await view.button('Show token').count(), 0);
});
