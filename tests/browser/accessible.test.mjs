// axe-core finds nothing on any view in any state, in light and dark. States that other tests reach are judged there, too.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { expected } from './harness/caller.mjs';
import { SIZES } from './harness/browser.mjs';
import { RolesView, UsersView } from './harness/panels_view.mjs';
import { populate } from './harness/story.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { eventually, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

// The pages are the same on every database.
const STORY = { clock: true, kinds: ['sqlite'], longest: 240_000 };

/** Wide and narrow, since other things are seen. */
const judged = async (page) => {
  await accessible(page);
  await page.setViewportSize(SIZES.narrow);
  await accessible(page);
  await page.setViewportSize(SIZES.wide);
};

eachDatabase('axe_finds_nothing_on_any_view', STORY, async (world) => {
  const { page } = world;
  const story = await populate(world);
  const { body: { items: [{ kid }] } } = await world.ada.get('/api/v1/keys');
  const admin = (await world.ada.get('/api/v1/roles?name=admin')).body.items[0].id;
  const paths = [
    '/overview', '/account', '/search', '/search?q=re',
    '/admin/changelog', '/admin/changelog?text=nothing+like+it', '/admin/changelog/check', '/admin/configuration', '/admin/route-rules', '/admin/route-rules?method=GET&path=/assets/1',
    '/admin/signing-keys', `/admin/signing-keys/${kid}/withdraw`,
    '/admin/roles', '/admin/roles/new', `/admin/roles/${story.roles.Importer}`, `/admin/roles/${admin}`, `/admin/roles/${story.roles.Reader}/delete`, '/admin/roles/who-could?permission=assets:read',
    '/admin/users', '/admin/users/new', `/admin/users/${story.people.grace}`, `/admin/users/${story.people.edsger}`, `/admin/users/${story.people.grace}/delete`,
  ];
  for (const path of paths) {
    assert.equal((await page.goto(path)).status(), 200, path);
    await judged(page);
  }
});

eachDatabase('axe_finds_nothing_on_the_tokens_in_any_state', STORY, async (world) => {
  const { page } = world;
  const story = await populate(world);
  const view = await new TokensView(page).visit();
  await judged(page);
  for (const name of ['CI pipeline', 'Reporting', 'Load test (spring)', 'Old importer', 'Legacy inventory sync']) {
    await view.show(story.tokens[name]);
    await judged(page);
  }
  for (const path of [`${TOKENS}/new`, `${TOKENS}/delete-expired`, `${TOKENS}/${story.tokens.Reporting}/rotate`, `${TOKENS}/${story.tokens.Reporting}/delete`, `${TOKENS}?name=nothing+like+it`]) {
    await page.goto(path);
    await judged(page);
  }
  await view.show(story.tokens['CI pipeline'], '?explain=assets:read');
  await view.showText();
  await judged(page);
  await view.mark('Its text was in a mail.');
  await judged(page);
  await view.button('Save').click();
  await sees(view.dialog(/for good/));
  await judged(page);
  await view.dialog(/for good/).getByRole('button', { name: 'Cancel' }).click();
  await view.button('Undo').click();
  await view.details.getByRole('link', { name: 'Delete' }).click();
  await sees(view.dialog(/^Delete/));
  await judged(page);
  // The mark was taken back, so nothing is lost.
  await view.visit();
  for (const name of ['Grafana', 'Terraform']) await page.getByRole('checkbox', { name: `Select ${name}` }).check();
  await judged(page);
  await page.getByRole('button', { name: 'Revoke selected' }).click();
  await sees(page.getByRole('heading', { name: 'Revoke 2 tokens?' }));
  await judged(page);
  await page.getByRole('button', { name: 'Revoke for good' }).click();
  await sees(page.getByText('The chosen tokens are revoked for good.'));
  await judged(page);
});

eachDatabase('axe_finds_nothing_on_forms_that_were_refused', STORY, async (world) => {
  const { page } = world;
  const story = await populate(world);
  const roles = new RolesView(page);
  await page.goto('/admin/roles/new');
  await roles.field('Name').fill('   ');
  await roles.addRule('deny', 'Assets!', 'read');
  await roles.addPerson();
  world.expect(422, 412, 409);
  await roles.save();
  await sees(roles.summary);
  await judged(page);
  const users = new UsersView(page);
  const leave = (go) => world.answer('accept', go);
  await leave(() => users.show(story.people.alan));
  expected(await world.ada.patch(`/api/v1/users/${story.people.alan}`, 1, { display_name: 'A. Turing' }), 200);
  await users.field('Name').fill('Alan');
  await users.save();
  await sees(users.stale);
  await judged(page);
  const view = new TokensView(page);
  await leave(() => view.show(story.tokens.Reporting));
  expected(await world.ada.patch(`/api/v1/tokens/${story.tokens.Reporting}`, 1, { description: 'theirs' }), 200);
  await view.field('Description').fill('mine');
  await view.save();
  await sees(view.details.locator('#stale'));
  await judged(page);
  await leave(() => page.goto(`${TOKENS}/new`));
  await view.field('Name').fill(' ');
  await view.addNetwork('10.0.0.0/33');
  await view.save();
  await sees(view.details.getByRole('alert'));
  await judged(page);
  // Who may do everything stays: said on top.
  const admin = (await world.ada.get('/api/v1/roles?name=admin')).body.items[0].id;
  await leave(() => roles.show(admin));
  await roles.button('Remove person 1').click();
  await roles.save();
  await sees(roles.notice);
  await judged(page);
});

eachDatabase('axe_finds_nothing_on_pages_of_people_without_rights_and_of_errors', { kinds: ['sqlite'] }, async (world) => {
  const made = await world.token('CI pipeline');
  await world.person('eve');
  await world.person('rob', await world.role('Looks', 'allow *:read'));
  const eve = await world.signedIn('eve');
  await judged(eve);
  world.watch(eve).expect(403, 404);
  await eve.goto('/admin/configuration');
  await judged(eve);
  await eve.goto('/admin/nowhere');
  await judged(eve);
  const rob = await world.signedIn('rob');
  const role = (await world.ada.get('/api/v1/roles?name=looks')).body.items[0].id;
  const user = (await world.ada.get('/api/v1/users?name=eve')).body.items[0].id;
  for (const path of [`${TOKENS}/${made.id}`, `/admin/roles/${role}`, `/admin/users/${user}`, '/admin/signing-keys']) {
    await rob.goto(path);
    await judged(rob);
  }
});

eachDatabase('axe_finds_nothing_before_somebody_is_signed_in', { nobody: true, kinds: ['sqlite'] }, async (world) => {
  const { page } = world;
  for (const path of ['/sign-in', '/set-up']) {
    await page.goto(path);
    await judged(page);
  }
  world.watch().allow(401, 422);
  await page.getByLabel('Set-up code').fill('wrong');
  await page.getByLabel('User name').fill('ada');
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Make the account' }).click();
  await sees(page.getByRole('alert'));
  await judged(page);
  await page.goto('/sign-in');
  await page.getByLabel('User name').fill('ada');
  await page.getByLabel('Password').fill('not a password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await sees(page.getByText('User name or password is wrong.'));
  await judged(page);
});

eachDatabase('axe_finds_nothing_in_a_list_of_hundreds', { kinds: ['sqlite'], longest: 240_000 }, async (world) => {
  const { page } = world;
  const lines = Array.from({ length: 600 }, (_, number) => JSON.stringify({ name: `Worker ${number}` })).join('\n');
  await world.cli(['token', 'import', '-', '--format', 'jsonl'], lines);
  const view = await new TokensView(page).visit();
  await eventually(async () => {
    await view.list.locator('#rows > li').last().scrollIntoViewIfNeeded();
    assert.equal(await view.names.count(), 600);
  }, 60_000);
  await accessible(page);
  await reads(view.count, '600 tokens');
});

eachDatabase('axe_finds_nothing_without_script', { kinds: ['sqlite'] }, async (world) => {
  await world.token('CI pipeline');
  const made = await world.token('Reporting');
  // axe is a script, so the pages as they come without any are judged in a browser that has it and leaves theirs out.
  const page = await world.signedIn('ada');
  await page.route('**/assets/**/*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  for (const path of [TOKENS, `${TOKENS}/${made.id}`, `${TOKENS}/new`, '/admin/roles/new', '/admin/users/new']) {
    await page.goto(path);
    await judged(page);
  }
  await page.goto(`${TOKENS}/${made.id}`);
  await page.getByRole('button', { name: '+ Add role' }).click();
  await judged(page);
  await page.getByRole('button', { name: 'Show token' }).click();
  await sees(page.getByRole('textbox', { name: 'Token', exact: true }));
  await judged(page);
  await page.goto(`${TOKENS}/${made.id}`);
  await page.getByRole('button', { name: 'Revoke' }).click();
  await judged(page);
  await page.getByRole('button', { name: 'Save' }).last().click();
  await sees(page.locator('#confirm'));
  await judged(page);
});
