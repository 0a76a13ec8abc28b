// Texts of people that would like to be something else: shown as typed, harmless, and no page breaks; or refused.
import assert from 'node:assert/strict';
import { SIZES } from './harness/browser.mjs';
import { expected } from './harness/caller.mjs';
import { RolesView, UsersView } from './harness/panels_view.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { at, eventually, holds, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const MARKUP = [
  '<script>globalThis.pwned = 1</script>',
  '"><img src=x onerror=globalThis.pwned=1>',
  '\'-alert(1)-\'"><svg onload=alert(1)>',
  '</textarea></title></script><!-- ',
  '{{7*7}} ${7*7} <%= 7*7 %> #{7*7}',
  '&lt;b&gt; &amp; &#x3c;b>',
  'javascript:alert(1) [x](javascript:alert(1)) http://evil.example',
];

const WORDS = ['__proto__', 'constructor', 'toString', 'details', 'new', '../../etc/passwd', "'; DROP TABLE tokens; --"];

const SCRIPTS = [
  'Сервис отчётов и Service',
  'שלום עולם, CI (2)',
  'مرحبا بالعالم 123 CI',
  '日本語のトークン',
  '👩‍👩‍👧‍👦 family 🏳️‍🌈 flag 🇮🇱',
  'Zͫ̀aͥ̎l̴g̷o̶ İstanbul ıspanak ß ς',
  '𝕋𝕠𝕜𝕖𝕟 ａｂｃ ﬁ',
];

/** As the product keeps it: NFC. */
const kept = (text) => text.normalize('NFC').trim();

const LONG = 'W'.repeat(100);

/** Somewhere on the page it stands, letter by letter, and nothing of it came to life. */
const stands = async (page, text, where) => {
  await eventually(async () => {
    const found = await page.evaluate((wanted) => {
      const all = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
      while (all.nextNode()) if (all.currentNode.data.includes(wanted)) return true;
      return [...document.querySelectorAll('input, textarea')].some((field) => field.value.includes(wanted));
    }, kept(text));
    assert.ok(found, `${text} is not on ${where}`);
  });
  await harmless(page, where);
};

const harmless = async (page, where) => {
  const alive = await page.evaluate(() => [globalThis.pwned, document.querySelectorAll('main script, main img, main iframe, main svg:not(.chart), [onerror], [onload], a[href^="javascript:" i]').length]);
  assert.deepEqual(alive, [undefined, 0], where);
};

eachDatabase('atk_x01_x03_x04_names_and_descriptions_are_shown_as_they_were_typed', async (world) => {
  const { page } = world;
  const view = new TokensView(page);
  const texts = [...MARKUP, ...WORDS, ...SCRIPTS];
  for (const text of texts) {
    // Those that could do harm are typed, the others come over the API.
    if (MARKUP.includes(text)) await view.visit().then(() => view.make(text, { description: text }));
    else await view.show((await world.token(text, { description: text })).id);
    await reads(view.title, kept(text).replace(/\s+/g, ' '));
    await holds(view.field('Name'), kept(text));
    await holds(view.field('Description'), kept(text));
    await stands(page, text, 'the list');
    assert.deepEqual(await world.sql(`SELECT name, description FROM tokens ORDER BY id DESC LIMIT 1`), [[kept(text), kept(text)]]);
    assert.ok((await page.title()).includes(kept(text).replace(/\s+/g, ' ')), await page.title());
  }
  await page.goto('/admin/changelog');
  for (const text of MARKUP) await stands(page, text, 'the changelog');
  await view.visit();
  for (const text of [...MARKUP, ...SCRIPTS]) {
    await view.filter.fill(kept(text));
    await eventually(async () => assert.ok((await view.names.allTextContents()).includes(kept(text)), `${text} is not found`));
    await harmless(page, page.url());
  }
  assert.equal(Number(await world.value('SELECT count(*) FROM tokens')), texts.length);
});

eachDatabase('atk_x01_roles_people_and_reasons_are_shown_as_they_were_typed', async (world) => {
  const { page, ada } = world;
  const texts = [...MARKUP, SCRIPTS[1], SCRIPTS[4]].map((text) => text.slice(0, 60));
  for (const text of texts) {
    const role = expected(await ada.post('/api/v1/roles', { name: text, description: text, rules: [] }), 201);
    const person = expected(await ada.post('/api/v1/users', { username: text, display_name: text, roles: [role.id] }), 201);
    const token = await world.token('CI pipeline', { roles: [role.id] });
    await world.revoke(token.id, text);
    for (const path of [`/admin/roles/${role.id}`, `/admin/roles/${role.id}/delete`, `/admin/users/${person.id}`, `/admin/users/${person.id}/delete`, `${TOKENS}/${token.id}`, `${TOKENS}?role=${role.id}`]) {
      await page.goto(path);
      if (path.includes('?')) await harmless(page, path); else await stands(page, text, path);
    }
    await page.goto(`/search?q=${encodeURIComponent(text)}`);
    await stands(page, text, 'the search');
  }
  for (const path of ['/admin/roles', '/admin/users', '/admin/changelog', '/admin/roles/who-could?permission=assets:read', '/overview']) {
    await page.goto(path);
    await harmless(page, path);
  }
  // What people are called, in the bar and in lists to choose from.
  const { items: [me] } = expected(await ada.get('/api/v1/users?name=ada'), 200);
  expected(await ada.patch(`/api/v1/users/${me.id}`, me.version, { display_name: MARKUP[1] }), 200);
  await page.goto('/account');
  await reads(page.locator('.me a'), MARKUP[1]);
  await harmless(page, 'the bar');
  await page.goto(`${TOKENS}/new`);
  await new TokensView(page).addRole();
  assert.ok((await new TokensView(page).roles.getByRole('option').allTextContents()).includes(kept(texts[0])));
});

eachDatabase('atk_x09_long_texts_break_no_page', async (world) => {
  const { page, ada } = world;
  const many = Array.from({ length: 999 }, () => 'x').join('\n');
  const roles = [];
  for (let number = 0; number < 60; number += 1) roles.push(await world.role(`${number} ${'R'.repeat(60)}`, `allow ${'a'.repeat(32)}.${'b'.repeat(32)}.${'c'.repeat(32)}:${'d'.repeat(32)}`));
  const token = expected(await ada.post('/api/v1/tokens', { name: LONG, description: many, roles, allowed_networks: ['2001:db8:1234:5678:9abc:def0:1234:5678/128'] }), 201);
  const rtl = expected(await ada.post('/api/v1/tokens', { name: 'שלום עולם '.repeat(9), description: 'مرحبا بالعالم '.repeat(100) }), 201);
  const person = expected(await ada.post('/api/v1/users', { username: 'u'.repeat(64), display_name: LONG, roles: [] }), 201);
  const { items: [me] } = expected(await ada.get('/api/v1/users?name=ada'), 200);
  expected(await ada.patch(`/api/v1/users/${me.id}`, me.version, { display_name: LONG }), 200);
  const revoked = await world.token(LONG);
  await world.revoke(revoked.id, 'R'.repeat(500));
  const paths = [
    '/overview', '/account', `/search?q=${LONG}`, '/admin/changelog', `/admin/changelog?text=${LONG}`, '/admin/configuration', '/admin/signing-keys',
    TOKENS, `${TOKENS}/${token.id}`, `${TOKENS}/${rtl.id}`, `${TOKENS}/${revoked.id}`, `${TOKENS}/${token.id}/rotate`, `${TOKENS}/${token.id}/delete`, `${TOKENS}?name=${LONG}`,
    '/admin/roles', `/admin/roles/${roles[0]}`, `/admin/roles/${roles[0]}/delete`, `/admin/roles/who-could?permission=${'a'.repeat(32)}:read`,
    '/admin/users', `/admin/users/${person.id}`, `/admin/users/${person.id}/delete`,
  ];
  const wide = async (path) => {
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(over, 0, `${path}, ${size}: so many pixels too wide`);
    }
  };
  for (const path of paths) {
    await page.goto(path);
    await wide(path);
  }
  const view = await new TokensView(page).show(token.id);
  await view.showText();
  await wide('the text of a token');
  await view.mark('R'.repeat(500));
  await view.button('Save').click();
  await sees(view.dialog(/for good/));
  await wide('the question before a revocation');
  assert.equal(await world.value(`SELECT description FROM tokens WHERE name = '${LONG}' AND revoked_at IS NULL`), many);
});

eachDatabase('atk_u01_u02_u06_characters_that_hide_or_reorder_are_refused_at_their_field_and_kept', async (world) => {
  const { page } = world;
  const hidden = { 'a\u202Eb': 2, '\u2066ab': 1, 'ab\u200F': 3, 'a\u200Bb': 2, 'a\u00ADb': 2, 'a\uFEFFb': 2, 'ab\u{E0041}': 3, 'a\uFFFEb': 2 };
  const control = { 'a\u0001b': 2, 'a\u001Bb': 2, 'a\u0085b': 2, '\u009Bab': 1, 'ab\u2028': 3 };
  const told = (character, kind) => new RegExp(`^Character ${character} ${kind === 'hidden' ? 'changes the direction of text or is invisible' : 'is a control character'}`);
  const forms = [
    [new TokensView(page), `${TOKENS}/new`, 'Name', 'name'],
    [new TokensView(page), `${TOKENS}/new`, 'Description', 'description'],
    [new RolesView(page), '/admin/roles/new', 'Name', 'name'],
    [new UsersView(page), '/admin/users/new', 'User name', 'username'],
    [new UsersView(page), '/admin/users/new', 'Name', 'display_name'],
  ];
  const before = await world.sql('SELECT (SELECT count(*) FROM tokens), (SELECT count(*) FROM roles), (SELECT count(*) FROM users)');
  world.expect(422);
  for (const [index, [view, path, label, id]] of forms.entries()) {
    if (index === 0) await page.goto(path); else await world.answer('accept', () => page.goto(path));
    for (const [kind, texts] of Object.entries({ hidden, control })) {
      // All of them at the first field, some at the others.
      for (const [text, character] of Object.entries(texts).slice(0, index === 0 ? undefined : 2)) {
        for (const first of ['Name', 'User name']) if (await view.field(first).count()) await view.field(first).fill('fine');
        await view.field(label).fill(text);
        await view.save();
        await reads(page.locator(`#${id}-problem`), told(character, kind));
        await holds(view.field(label), text);
        await view.field(label).fill('');
      }
    }
  }
  assert.deepEqual(await world.sql('SELECT (SELECT count(*) FROM tokens), (SELECT count(*) FROM roles), (SELECT count(*) FROM users)'), before);
  // The bar takes them as a question for nothing.
  const field = page.getByRole('searchbox', { name: 'Search tokens, roles and people' });
  await field.fill('a\u0001b');
  await world.answer('accept', () => field.press('Enter'));
  await sees(page.getByText('Search for 1 to 100 characters on one line.'));
});

/** Puts a text of many lines into a field at once, as pasting does. */
const put = (field, text) => field.evaluate((element, value) => {
  element.value = value;
  element.dispatchEvent(new Event('input', { bubbles: true }));
}, text);

eachDatabase('texts_that_are_too_long_are_refused_at_their_field_and_kept', async (world) => {
  const { page } = world;
  const view = new TokensView(page);
  await page.goto(`${TOKENS}/new`);
  await view.field('Name').fill('n'.repeat(101));
  // Two thousand lines are more than two thousand letters.
  const lines = Array.from({ length: 2_000 }, (_, line) => line % 10).join('\n');
  await put(view.field('Description'), lines);
  world.expect(422);
  await view.save();
  await reads(page.locator('#name-problem'), 'Must have at most 100 characters.');
  await reads(page.locator('#description-problem'), 'Must have at most 2000 characters.');
  await holds(view.field('Name'), 'n'.repeat(101));
  await holds(view.field('Description'), lines);
  assert.equal(await world.value('SELECT count(*) FROM tokens'), '0');
  // Letters are counted as people do not: by code points, not by bytes or halves of them.
  await view.field('Name').fill('👩'.repeat(100));
  await put(view.field('Description'), lines.slice(0, 1_999));
  await view.save('The token is made');
  assert.deepEqual(await world.sql('SELECT name, length(description) FROM tokens'), [['👩'.repeat(100), '1999']]);
  await at(page, /^\/admin\/api-tokens\/[0-9a-f-]{36}/);
  await read(view.names, ['👩'.repeat(100)]);
});
