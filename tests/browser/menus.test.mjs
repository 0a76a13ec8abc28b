// The menus, what people with few rights see of them, and the search in the bar. What is not shown is refused, too.
import assert from 'node:assert/strict';
import { expected } from './harness/caller.mjs';
import { day } from './harness/days.mjs';
import { at, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

/** Every view of the admin area: its entry, its address, the permission it needs. */
const VIEWS = [
  ['Changelog', '/admin/changelog', 'events:read'],
  ['Signing keys', '/admin/signing-keys', 'keys:read'],
  ['Route rules', '/admin/route-rules', 'routes:read'],
  ['Configuration', '/admin/configuration', 'configuration:read'],
  ['Users', '/admin/users', 'users:read'],
  ['Roles', '/admin/roles', 'roles:read'],
  ['API Tokens', '/admin/api-tokens', 'tokens:read'],
];

const main = (page) => page.getByRole('navigation', { name: 'Main menu' });

const side = (page) => page.getByRole('navigation', { name: 'Admin' });

eachDatabase('t01_the_menus_name_every_view_and_lead_to_it', async ({ page }) => {
  await read(main(page).getByRole('link'), ['Overview', 'Admin']);
  assert.equal(await main(page).getByRole('link', { name: 'Overview' }).getAttribute('aria-current'), 'page');
  assert.equal(await side(page).count(), 0, 'the overview has no side menu');
  await main(page).getByRole('link', { name: 'Admin' }).click();
  const groups = await side(page).evaluate((menu) => [...menu.querySelectorAll('h2')].map((heading) => [heading.textContent, [...heading.nextElementSibling.querySelectorAll('a')].map((link) => link.textContent)]));
  assert.deepEqual(groups, [['System', ['Changelog', 'Signing keys', 'Route rules', 'Configuration']], ['Access control', ['Users', 'Roles', 'API Tokens']]]);
  for (const [name, path] of VIEWS) {
    await side(page).getByRole('link', { name, exact: true }).click();
    await at(page, path);
    await reads(page.getByRole('heading', { level: 1 }), name);
    await read(side(page).locator('[aria-current=page]'), [name]);
    assert.ok((await page.title()).startsWith(name), await page.title());
    assert.equal(await main(page).getByRole('link', { name: 'Admin' }).getAttribute('aria-current'), 'true');
  }
  await main(page).getByRole('link', { name: 'Overview' }).click();
  await at(page, '/overview');
  await page.getByRole('link', { name: 'Tokenward' }).click();
  await at(page, '/overview');
});

eachDatabase('s01_people_see_the_entries_of_their_rights_and_every_other_address_answers_403', async (world) => {
  await world.person('carol', await world.role('Auditors', 'allow events:read', 'allow keys:read'));
  await world.person('dan', await world.role('Helpdesk', 'allow *:read', 'deny tokens:read', 'deny events:read'));
  await world.person('eve');
  const sees = { carol: ['Changelog', 'Signing keys'], dan: ['Signing keys', 'Route rules', 'Configuration', 'Users', 'Roles'], eve: [] };
  for (const [username, entries] of Object.entries(sees)) {
    const page = await world.signedIn(username);
    assert.equal(await main(page).getByRole('link', { name: 'Admin' }).count(), entries.length ? 1 : 0, username);
    world.watch(page).expect(403);
    for (const [name, path, permission] of VIEWS) {
      const status = (await page.goto(path)).status();
      assert.equal(status, entries.includes(name) ? 200 : 403, `${username} at ${path}`);
      if (status === 200) await read(side(page).getByRole('link'), entries);
      else await reads(page.getByRole('main'), new RegExp(permission));
    }
    // Without any, the address of the area leads nowhere else than to the overview.
    await page.goto('/admin');
    await at(page, entries.length ? /^\/admin\/.+/ : '/overview');
  }
});

eachDatabase('s01_a_right_that_is_given_shows_its_entry_at_once', async (world) => {
  const role = await world.role('Token readers');
  await world.person('eve', role);
  const page = await world.signedIn('eve');
  await read(main(page).getByRole('link'), ['Overview']);
  expected(await world.ada.patch(`/api/v1/roles/${role}`, 2, { rules: [{ effect: 'allow', permission: 'tokens:read' }] }), 200);
  await page.reload();
  await main(page).getByRole('link', { name: 'Admin' }).click();
  await at(page, '/admin/api-tokens');
  await read(side(page).getByRole('link'), ['API Tokens']);
  expected(await world.ada.patch(`/api/v1/roles/${role}`, 3, { rules: [] }), 200);
  world.watch(page).expect(403);
  assert.equal((await page.reload()).status(), 403);
});

const search = async (page, text) => {
  const field = page.getByRole('searchbox', { name: 'Search tokens, roles and people' });
  await field.fill(text);
  await field.press('Enter');
};

const found = (page, kind) => page.locator('.card').filter({ has: page.getByRole('heading', { name: kind, exact: true }) });

eachDatabase('the_search_in_the_bar_finds_tokens_roles_and_people', async (world) => {
  const { page } = world;
  const token = await world.token('Report builder', { expires_at: day(90) });
  await world.token('CI pipeline');
  const role = await world.role('Report readers', 'allow assets:read');
  const person = await world.person('porter');
  await search(page, 'PORT');
  await at(page, '/search?q=PORT');
  await reads(page.getByRole('heading', { level: 1 }), 'Found for “PORT”');
  await read(found(page, 'API tokens').getByRole('listitem'), ['Report builder active']);
  await read(found(page, 'Roles').getByRole('listitem'), ['Report readers']);
  await read(found(page, 'People').getByRole('listitem'), ['porter']);
  for (const [name, path] of [['Report builder', `/admin/api-tokens/${token.id}`], ['Report readers', `/admin/roles/${role}`], ['porter', `/admin/users/${person}`]]) {
    await page.getByRole('link', { name, exact: true }).click();
    await at(page, path);
    await page.goBack();
  }
  await search(page, 'nothing of that name');
  await sees(found(page, 'API tokens').getByText('Nothing.'));
  assert.equal(await page.getByRole('main').getByRole('listitem').count(), 0);
  // Ten of a kind, and the way to the others.
  for (let number = 0; number < 11; number += 1) await world.token(`Worker ${number}`);
  await search(page, 'worker');
  assert.equal(await found(page, 'API tokens').getByRole('listitem').count(), 10);
  await found(page, 'API tokens').getByRole('link', { name: 'All of them' }).click();
  await at(page, '/admin/api-tokens?name=worker');
  await reads(page.locator('#count'), '11 tokens');
});

eachDatabase('the_search_shows_nobody_what_they_may_not_see', async (world) => {
  await world.token('Report builder');
  await world.role('Report readers', 'allow assets:read');
  await world.person('porter', await world.role('Looks at roles', 'allow roles:read'));
  const page = await world.signedIn('porter');
  await search(page, 'port');
  await read(page.locator('.card').getByRole('heading'), ['Roles']);
  await read(page.getByRole('main').getByRole('listitem'), ['Report readers']);
  assert.ok(!(await page.content()).includes('Report builder'));
});

/** Sends a form as a script on the page can; gives the status. */
const send = (page, path, fields) => page.evaluate(async ([to, members]) => {
  const csrf = document.querySelector('.me input[name=csrf]').value;
  return (await fetch(to, { method: 'POST', body: new URLSearchParams({ csrf, ...members }) })).status;
}, [path, fields]);

eachDatabase('atk_x12_what_has_no_button_is_refused_when_it_is_sent_all_the_same', async (world) => {
  const token = await world.token('CI pipeline');
  const role = await world.role('Reader', 'allow assets:read');
  const person = await world.person('grace', role);
  const { items: [{ kid }] } = (await world.ada.get('/api/v1/keys')).body;
  await world.person('eve', await world.role('Looks', 'allow *:read'));
  const page = await world.signedIn('eve');
  const [tokens, roles, users, keys] = ['api-tokens', 'roles', 'users', 'signing-keys'].map((name) => `/admin/${name}`);
  for (const path of [`${tokens}/${token.id}`, `${roles}/${role}`, `${users}/${person}`, keys]) {
    await page.goto(path);
    await read(page.getByRole('main').getByRole('button', { name: /Save|Add|Delete|Revoke|Rotate|Withdraw|Show token|Sign out/ }), []);
    await read(page.getByRole('main').getByRole('link', { name: /^(Add|Delete|Rotate|Withdraw.*)$/ }), []);
  }
  const posts = {
    [`${tokens}/new`]: { name: 'Mine', do: 'save' },
    [`${tokens}/bulk`]: { ids: token.id, do: 'delete', sure: 'yes' },
    [`${tokens}/delete-expired`]: { do: 'delete' },
    [`${tokens}/${token.id}`]: { name: 'Mine', version: '1', do: 'save' },
    [`${tokens}/${token.id}/show`]: { do: 'show' },
    [`${tokens}/${token.id}/delete`]: { do: 'delete' },
    [`${tokens}/${token.id}/rotate`]: { old_ends: 'now', do: 'rotate' },
    [`${roles}/new`]: { name: 'Mine', do: 'save' },
    [`${roles}/${role}`]: { name: 'Mine', version: '1', do: 'save' },
    [`${roles}/${role}/delete`]: { held: 'yes', do: 'delete' },
    [`${users}/new`]: { username: 'mine', enabled: 'yes', do: 'save' },
    [`${users}/${person}`]: { username: 'mine', version: '1', do: 'save' },
    [`${users}/${person}/sign-out`]: { do: 'sign-out' },
    [`${users}/${person}/delete`]: { do: 'delete' },
    [`${keys}/rotate`]: { begin: 'now', do: 'rotate' },
    [`${keys}/${kid}/withdraw`]: { do: 'withdraw' },
  };
  const state = () => world.sql("SELECT (SELECT count(*) FROM tokens), (SELECT count(*) FROM roles), (SELECT count(*) FROM users), (SELECT count(*) FROM credentials), (SELECT count(*) FROM events WHERE kind <> 'calls.refused')");
  const before = await state();
  world.watch(page).expect(403);
  for (const [path, fields] of Object.entries(posts)) assert.equal(await send(page, path, fields), 403, path);
  for (const path of [`${tokens}/new`, `${tokens}/${token.id}/delete`, `${tokens}/${token.id}/rotate`, `${tokens}/delete-expired`, `${roles}/new`, `${roles}/${role}/delete`, `${users}/new`, `${users}/${person}/delete`, `${keys}/${kid}/withdraw`]) {
    assert.equal((await page.goto(path)).status(), 403, path);
  }
  assert.deepEqual(await state(), before);
  assert.equal(await world.status(token.token), 200);
});

eachDatabase('a_form_without_the_secret_of_the_session_does_nothing', async (world) => {
  const { page } = world;
  const token = await world.token('CI pipeline');
  world.expect(403);
  for (const csrf of ['', 'x', 'A'.repeat(43)]) assert.equal(await send(page, `/admin/api-tokens/${token.id}/delete`, { csrf, do: 'delete' }), 403, csrf);
  assert.equal(await world.value('SELECT count(*) FROM tokens'), '1');
  assert.equal(await world.status(token.token), 200);
  // With it, the same is done.
  await send(page, `/admin/api-tokens/${token.id}/delete`, { do: 'delete' });
  assert.equal(await world.value('SELECT count(*) FROM tokens'), '0');
});
