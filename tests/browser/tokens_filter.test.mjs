// The filter bar: a piece of a name while it is typed, state, role and order, and a token that is pasted.
import assert from 'node:assert/strict';
import { day } from './harness/days.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { at, eventually, holds, misses, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

eachDatabase('s04_the_list_narrows_while_somebody_types', async (world) => {
  const { page } = world;
  for (const name of ['Reporting', 'CI pipeline', 'Daily report', 'Übersicht']) await world.token(name);
  const view = await new TokensView(page).visit();
  await page.evaluate(() => { globalThis.untouched = true; });
  await view.filter.pressSequentially('repo');
  await read(view.names, ['Daily report', 'Reporting']);
  await reads(view.count, '2 tokens');
  await reads(page.locator('#live'), '2 tokens');
  await at(page, `${TOKENS}?name=repo`);
  await view.filter.pressSequentially('x');
  await sees(view.list.getByText('Nothing fits these filters.'));
  await view.filter.fill('über');
  await read(view.names, ['Übersicht']);
  await view.filter.fill('');
  await read(view.names, ['Übersicht', 'Daily report', 'CI pipeline', 'Reporting']);
  await at(page, TOKENS);
  assert.equal(await page.evaluate(() => globalThis.untouched), true, 'the page was not loaded again');
});

eachDatabase('s04_s05_a_filter_stays_in_the_address_and_goes_along', async (world) => {
  const { page, context } = world;
  const made = await world.token('Reporting');
  await world.token('CI pipeline');
  const view = await new TokensView(page).visit();
  await view.choose('CI pipeline');
  await view.field('Description').fill('typed');
  await view.filter.fill('repo');
  await read(view.names, ['Reporting']);
  assert.equal(await view.field('Description').inputValue(), 'typed', 'the form beside is left alone');
  await at(page, /\?name=repo$/);

  const other = new TokensView(await context.newPage());
  await other.visit('?name=repo');
  await holds(other.filter, 'repo');
  await read(other.names, ['Reporting']);
  await other.choose('Reporting');
  await at(other.page, `${TOKENS}/${made.id}?name=repo`);
  await other.page.reload();
  await read(other.names, ['Reporting']);
  await reads(other.title, 'Reporting');
});

eachDatabase('s04_state_role_and_order_stand_beside_the_bar', async (world) => {
  const { page } = world;
  const reader = await world.role('Reader', 'allow assets:read');
  await world.token('Beta', { expires_at: day(20), roles: [reader] });
  const ended = await world.token('Alpha', { expires_at: day(90) });
  await world.token('Gamma', { expires_at: day(50), roles: [reader] });
  await world.revoke(ended.id, 'over');
  const view = await new TokensView(page).visit();
  const choose = (what, label) => view.list.getByRole('combobox', { name: what }).selectOption({ label });
  await read(view.names, ['Gamma', 'Alpha', 'Beta']);
  await choose('State', 'revoked');
  await read(view.names, ['Alpha']);
  await choose('State', 'Any state');
  await choose('Role', 'Reader');
  await read(view.names, ['Gamma', 'Beta']);
  await choose('Order', 'Name A–Z');
  await read(view.names, ['Beta', 'Gamma']);
  await choose('Role', 'Any role');
  await read(view.names, ['Alpha', 'Beta', 'Gamma']);
  await choose('Order', 'Name Z–A');
  await read(view.names, ['Gamma', 'Beta', 'Alpha']);
  await choose('Order', 'Ends soonest');
  await read(view.names, ['Beta', 'Gamma', 'Alpha']);
  await choose('Order', 'Ends latest');
  await read(view.names, ['Alpha', 'Gamma', 'Beta']);
  await choose('Order', 'Oldest first');
  await read(view.names, ['Beta', 'Alpha', 'Gamma']);
  await choose('State', 'active');
  await read(view.names, ['Beta', 'Gamma']);
  await at(page, `${TOKENS}?state=active&sort=created`);
  await page.reload();
  await read(view.names, ['Beta', 'Gamma']);
});

/** Everything a request says. */
const said = (request) => JSON.stringify([request.url(), request.postData(), request.headers()]);

/** Pieces of a token by which it could be known: each of its segments, whole and in part. */
const pieces = (token) => token.split('.').flatMap((segment) => [segment.slice(0, 20), segment.slice(-20), segment.slice(40, 60)]).filter((piece) => 12 <= piece.length);

/** Nothing of the token left the browser, or stays in it. */
const unsaid = async (world, token, since) => {
  const { page } = world;
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, location.href, document.title, document.documentElement.outerHTML]));
  const everything = world.watch().requests.slice(since).map(said).join('\n') + kept;
  for (const piece of pieces(token)) assert.ok(!everything.includes(piece), `a piece of the token: ${piece}`);
};

/** Puts a text on the clipboard, and pastes it as people do. */
const paste = async (page, input, text) => {
  await page.evaluate((value) => navigator.clipboard.writeText(value), text);
  await input.focus();
  await page.keyboard.press('ControlOrMeta+V');
};

const CLIPBOARD = { context: { permissions: ['clipboard-read', 'clipboard-write'] } };

for (const bar of ['the_filter_bar', 'the_search_on_top']) {
  eachDatabase(`x10_a_token_pasted_into_${bar}_is_found_and_its_text_stays_here`, CLIPBOARD, async (world) => {
    const { page } = world;
    await world.token('CI pipeline');
    const wanted = await world.token('Reporting');
    const view = await new TokensView(page).visit();
    const input = bar === 'the_filter_bar' ? view.filter : page.getByRole('searchbox', { name: 'Search tokens, roles and people' });
    const since = world.watch().requests.length;
    for (const text of [wanted.token, `  Bearer ${wanted.token}\n`]) {
      await view.visit();
      await paste(page, input, text);
      await at(page, `${TOKENS}/${wanted.id}`);
      await reads(view.title, 'Reporting');
    }
    await unsaid(world, wanted.token, since);
  });

  eachDatabase(`x10_a_token_typed_into_${bar}_is_found_and_its_text_stays_here`, async (world) => {
    const { page } = world;
    const wanted = await world.token('Reporting');
    const view = await new TokensView(page).visit();
    const input = bar === 'the_filter_bar' ? view.filter : page.getByRole('searchbox', { name: 'Search tokens, roles and people' });
    const since = world.watch().requests.length;
    // Letter by letter, up to where it could be a whole one.
    const [header, claims] = wanted.token.split('.');
    await input.pressSequentially(header);
    await input.press('Enter');
    await holds(input, '');
    await input.fill(`${header}.${claims}`);
    await input.press('Enter');
    await unsaid(world, wanted.token.slice(15), since);
    await input.fill(wanted.token);
    await at(page, `${TOKENS}/${wanted.id}`);
    await unsaid(world, wanted.token.slice(15), since);
  });
}

eachDatabase('x10_what_looks_like_a_token_and_is_none_goes_nowhere', CLIPBOARD, async (world) => {
  const { page } = world;
  await world.token('CI pipeline');
  const view = await new TokensView(page).visit();
  const since = world.watch().requests.length;
  const stranger = ['eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0', 'SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c'].join('.');
  await paste(page, view.filter, stranger);
  await reads(page.locator('#live'), 'This is no token of this server.');
  await eventually(async () => assert.match(await view.filter.evaluate((input) => input.validationMessage), /not sent anywhere/));
  await holds(view.filter, '');
  await read(view.names, ['CI pipeline']);
  await at(page, TOKENS);
  await unsaid(world, stranger, since);
  // It takes names again.
  await view.filter.fill('nothing');
  await sees(view.list.getByText('Nothing fits these filters.'));
  await view.filter.fill('pipe');
  await misses(view.list.getByText('Nothing fits these filters.'));
  await read(view.names, ['CI pipeline']);
});
