// Pictures of every view with realistic data, light and dark, wide and narrow, to be looked at; and those of the guide.
// No page is wider than the window.
import assert from 'node:assert/strict';
import { SIZES } from './harness/browser.mjs';
import { RolesView } from './harness/panels_view.mjs';
import { guide, pictures } from './harness/screenshots.mjs';
import { populate } from './harness/story.mjs';
import { TOKENS, TokensView } from './harness/tokens_view.mjs';
import { eventually, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

// What a database answers does not depend on its kind here; other tests hold the two against each other.
const STORY = { clock: true, kinds: ['sqlite'], longest: 240_000 };

/** What is wider than the window, at each of its sizes. */
const misfits = async (page, name) => {
  const found = [];
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    const { over, out } = await page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      const scrolled = (element) => { for (let up = element; up; up = up.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(up).overflowX)) return true; return false; };
      const visible = [...document.querySelectorAll('main *, header.top *')].filter((element) => element.checkVisibility() && !element.closest('.visually-hidden, svg'));
      const beyond = visible.filter((element) => width + 1 < element.getBoundingClientRect().right && !scrolled(element.parentElement));
      return { over: document.documentElement.scrollWidth - width, out: beyond.map((element) => element.outerHTML.slice(0, 120)) };
    });
    if (over || out.length) found.push([name, size, over, ...out]);
  }
  await page.setViewportSize(SIZES.wide);
  return found;
};

/** Pictures of pages; `all` judges them when there are pictures of each. */
const camera = () => {
  const found = [];
  return {
    shot: async (page, name) => {
      await pictures(page, `view-${name}`, { whole: true });
      found.push(...await misfits(page, name));
    },
    all: () => assert.deepEqual(found, [], 'wider than the window'),
  };
};

eachDatabase('every_view_of_the_admin_area_fits_and_is_pictured', STORY, async (world) => {
  const { page } = world;
  const story = await populate(world);
  const { shot, all } = camera();
  const views = {
    overview: '/overview',
    changelog: '/admin/changelog',
    verdict: '/admin/changelog/check',
    keys: '/admin/signing-keys',
    'route-rules': '/admin/route-rules?method=GET&path=/assets/1',
    configuration: '/admin/configuration',
    roles: '/admin/roles',
    role: `/admin/roles/${story.roles.Importer}`,
    'role-new': '/admin/roles/new',
    'role-delete': `/admin/roles/${story.roles.Reader}/delete`,
    'role-admin': `/admin/roles/${(await world.ada.get('/api/v1/roles?name=admin')).body.items[0].id}`,
    'who-could': '/admin/roles/who-could?permission=assets.applications:read',
    users: '/admin/users',
    user: `/admin/users/${story.people.grace}`,
    'user-new': '/admin/users/new',
    'user-disabled': `/admin/users/${story.people.edsger}`,
    'user-delete': `/admin/users/${story.people.edsger}/delete`,
    account: '/account',
    search: '/search?q=re',
  };
  for (const [name, path] of Object.entries(views)) {
    assert.equal((await page.goto(path)).status(), 200, name);
    await shot(page, name);
  }
  const { body: { items: [{ kid }] } } = await world.ada.get('/api/v1/keys');
  await page.goto(`/admin/signing-keys/${kid}/withdraw`);
  await shot(page, 'key-withdraw');
  world.expect(404);
  await page.goto(`${TOKENS}/nonsense`);
  await shot(page, 'not-found');
  const alan = await world.signedIn('alan');
  world.watch(alan).expect(403);
  await alan.goto('/admin/configuration');
  await shot(alan, 'forbidden');
  all();
});

eachDatabase('every_state_of_the_tokens_view_fits_and_is_pictured', STORY, async (world) => {
  const { page } = world;
  const story = await populate(world);
  const { shot, all } = camera();
  const view = new TokensView(page);
  await view.visit();
  await reads(view.count, '13 tokens');
  await shot(page, 'tokens');
  for (const [picture, name] of Object.entries({ active: 'CI pipeline', soon: 'Reporting', expired: 'Load test (spring)', revoked: 'Old importer', 'no-end': 'Legacy inventory sync' })) {
    await view.show(story.tokens[name]);
    await shot(page, `token-${picture}`);
  }
  await view.show(story.tokens['CI pipeline']);
  await view.showText();
  await shot(page, 'token-shown');
  await view.show(story.tokens['CI pipeline'], '?explain=assets.applications:read');
  await view.mark('Its text was in a mail.');
  await shot(page, 'token-pending');
  await view.button('Save').click();
  await sees(view.dialog(/for good/));
  await shot(page, 'token-sure');
  await world.answer('accept', () => page.goto(`${TOKENS}/new`));
  await shot(page, 'token-new-empty');
  await page.goto(`${TOKENS}/${story.tokens.Reporting}/rotate`);
  await shot(page, 'token-rotate');
  await page.goto(`${TOKENS}/delete-expired`);
  await shot(page, 'delete-expired');
  await view.visit('?state=active');
  for (const name of ['Grafana', 'Terraform']) await page.getByRole('checkbox', { name: `Select ${name}` }).check();
  await shot(page, 'tokens-chosen');
  await page.getByRole('button', { name: 'Delete selected' }).click();
  await sees(page.getByRole('heading', { name: 'Delete 2 tokens?' }));
  await shot(page, 'bulk');
  await view.visit('?name=nothing+like+it');
  await shot(page, 'tokens-none');
  all();
});

eachDatabase('the_pictures_of_the_guide', STORY, async (world) => {
  const { page } = world;
  const story = await populate(world);
  const view = new TokensView(page);
  await page.goto('/overview');
  await guide(page, 'overview');
  await view.visit('?sort=name');
  await view.choose('CI pipeline');
  await guide(page, 'api-tokens');
  await view.showText();
  await view.access.scrollIntoViewIfNeeded();
  await eventually(() => view.text.evaluate((field) => field.scrollIntoView({ block: 'center' })));
  await guide(page, 'show-token');
  await view.show(story.tokens['Customer portal'], '?sort=name');
  await view.mark('Its text was in a mail.');
  await view.pending.scrollIntoViewIfNeeded();
  await guide(page, 'revoke-pending');
  const roles = new RolesView(page);
  await world.answer('accept', () => roles.visit());
  await roles.choose('Importer');
  await guide(page, 'roles');
  await page.goto('/admin/changelog');
  await guide(page, 'changelog');
  await page.goto('/admin/signing-keys');
  await guide(page, 'signing-keys');
});
