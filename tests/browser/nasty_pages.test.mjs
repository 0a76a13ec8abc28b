// Attacks on the pages themselves: frames, injected code, addresses that want to be repeated, and what a browser keeps.
import assert from 'node:assert/strict';
import { profile } from './harness/browser.mjs';
import { PASSWORD } from './harness/caller.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { eventually } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const PAGES = ['/sign-in', '/overview', '/account', '/search?q=x', TOKENS, `${TOKENS}/new`, '/admin/roles', '/admin/users', '/admin/changelog', '/admin/signing-keys', '/admin/configuration', '/admin/nowhere', `${TOKENS}/nonsense`];

eachDatabase('every_page_forbids_frames_code_of_others_and_being_kept', async (world) => {
  const { page } = world;
  await world.token('CI pipeline');
  for (const path of PAGES) {
    const headers = (await page.request.get(path, { maxRedirects: 0 })).headers();
    const policy = Object.fromEntries(headers['content-security-policy'].split(';').map((part) => part.trim().split(/ (.*)/)));
    assert.equal(policy['default-src'], "'none'", path);
    assert.equal(policy['frame-ancestors'], "'none'", path);
    for (const [directive, sources] of Object.entries(policy)) assert.ok(["'none'", "'self'"].includes(sources), `${path}: ${directive} ${sources}`);
    assert.match(headers['cache-control'], /no-store/, path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.match(headers['referrer-policy'], /^(same-origin|no-referrer)$/, path);
    assert.ok(!('server' in headers) || !/\d/.test(headers.server), path);
  }
});

/** Somebody signed in, in a browser where violations are what is looked for. */
const unwatched = async (world) => {
  const context = await profile(world.url);
  world.endings.push(() => context.close());
  const page = await context.newPage();
  await world.signIn(page);
  return page;
};

eachDatabase('no_other_site_shows_a_page_in_a_frame', async (world) => {
  const page = await unwatched(world);
  for (const path of ['/sign-in', '/overview', TOKENS]) {
    await page.goto('about:blank');
    await page.setContent(`<iframe src="${world.url}${path}"></iframe>`);
    await eventually(() => assert.match(page.frames()[1].url(), /^chrome-error:/));
    assert.equal(await page.frameLocator('iframe').getByText('Tokenward').count(), 0, path);
  }
});

eachDatabase('code_that_got_into_a_page_does_not_run_there', async (world) => {
  const page = await unwatched(world);
  await page.goto(TOKENS);
  const base = await page.evaluate(async (other) => {
    const blocked = globalThis.blocked = [];
    document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective));
    const add = (name, members, text) => { const element = Object.assign(document.createElement(name), members); element.textContent = text ?? ''; document.body.append(element); return element; };
    add('script', {}, 'globalThis.pwned = "inline"');
    add('script', { src: `${other}/x.js` });
    add('script', { src: 'data:text/javascript,globalThis.pwned="data"' });
    add('style', {}, 'body { --pwned: 1 }');
    add('iframe', { src: `${other}/` });
    add('div', {}).innerHTML = '<img src="data:," onerror="globalThis.pwned=1"><b style="--pwned: 1" onclick="globalThis.pwned=1">x</b>';
    add('base', { href: `${other}/` });
    document.querySelector('b').click();
    setTimeout('globalThis.pwned = "eval"');
    await fetch(`${other}/steal`).catch(() => blocked.push('fetch'));
    const form = add('form', { action: `${other}/steal`, method: 'post' });
    form.submit();
    return document.baseURI;
  }, 'http://127.0.0.1:9');
  assert.ok(base.startsWith(world.url), base);
  for (const what of ['script-src-elem', 'script-src-attr', 'style-src-elem', 'frame-src', 'connect-src', 'form-action', 'base-uri', 'script-src', 'fetch']) {
    await eventually(async () => { const blocked = await page.evaluate(() => globalThis.blocked); assert.ok(blocked.includes(what), `${what} of ${blocked}`); });
  }
  assert.deepEqual(await page.evaluate(() => [globalThis.pwned, getComputedStyle(document.body).getPropertyValue('--pwned')]), [undefined, '']);
  assert.equal(page.url(), world.url + TOKENS, 'the form was sent nowhere');
});

eachDatabase('atk_x07_no_page_repeats_what_an_address_says', async (world) => {
  const { page } = world;
  const evil = '<img src=x onerror=globalThis.pwned=1>';
  const paths = [
    `/admin/${encodeURIComponent(evil)}`, `${TOKENS}/${encodeURIComponent(evil)}`, `/admin/roles/${encodeURIComponent(evil)}`,
    `${TOKENS}?done=${encodeURIComponent(evil)}`, `${TOKENS}?sort=${encodeURIComponent(evil)}`, `${TOKENS}?state=${encodeURIComponent(evil)}`,
    `${TOKENS}?role=${encodeURIComponent(evil)}`, `${TOKENS}?cursor=${encodeURIComponent(evil)}`, `${TOKENS}?${encodeURIComponent(evil)}=1`,
    `/admin/changelog?from=${encodeURIComponent(evil)}`, `/admin/changelog?type=${encodeURIComponent(evil)}`, `/admin/changelog?text=${encodeURIComponent(evil)}`,
    `/sign-in?next=${encodeURIComponent(evil)}`, `/search?q=${encodeURIComponent(evil)}`, `${TOKENS}?name=${encodeURIComponent(evil)}`,
    `/account?done=${encodeURIComponent(evil)}`, '/admin/%252e%252e/%252e%252e/etc/passwd', `/set-up?code=${encodeURIComponent(evil)}`,
  ];
  world.watch().allow(400, 403, 404, 422);
  for (const path of paths) {
    const answer = await page.goto(path);
    assert.ok(answer.status() < 500, `${answer.status()} for ${path}`);
    assert.equal(await page.evaluate(() => [globalThis.pwned, document.querySelectorAll('main img, [onerror]').length].join()), ',0', path);
    assert.match(answer.headers()['content-type'], /^text\/html/, path);
  }
});

/** Everything a browser keeps of a site. */
const keeps = (page) => page.evaluate(async () => JSON.stringify([
  { ...localStorage }, { ...sessionStorage }, await indexedDB.databases(), await caches.keys(), document.cookie, history.state,
  (await navigator.serviceWorker?.getRegistrations() ?? []).length, globalThis.name,
]));

eachDatabase('atk_x06_a_browser_keeps_nothing_but_its_two_cookies', async (world) => {
  const { page, context } = world;
  const made = await world.token('CI pipeline');
  const view = await new TokensView(page).show(made.id);
  const text = await view.showText();
  assert.equal(text, made.token);
  await view.filter.fill('pipe');
  await view.mark('over');
  await view.save();
  await view.dialog(/for good/).getByRole('button', { name: 'Revoke for good' }).click();
  await view.says('revoked for good');
  for (const path of PAGES.slice(1, -2)) await page.goto(path);
  const state = await keeps(page);
  assert.ok(!state.includes(made.token.slice(-20)));
  assert.match(state, /^\[\{\},\{\},\[\],\[\],"",/, state);
  const cookies = await context.cookies();
  const names = ['__Host-tokenward-device', '__Host-tokenward-session'];
  assert.deepEqual(cookies.map(({ name, httpOnly, secure, sameSite }) => [name, httpOnly, secure, sameSite !== 'None']).sort(), names.map((name) => [name, true, true, true]));
  assert.ok(!JSON.stringify(cookies).includes(PASSWORD));
  await page.goto('/overview');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await eventually(async () => assert.deepEqual((await context.cookies()).map(({ name }) => name), names.slice(0, 1)));
});
