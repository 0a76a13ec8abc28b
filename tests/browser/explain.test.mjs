// What this token may do: the answer, and the role and rule that decided it.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { expected } from './harness/caller.mjs';
import { pictures } from './harness/screenshots.mjs';
import { TokensView } from './harness/tokens_view.mjs';
import { focused, holds, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

/** Asks on the page of a token. */
const asks = (view) => {
  const card = view.details.locator('#explain');
  return {
    card,
    input: card.getByRole('textbox', { name: 'Permission' }),
    verdict: card.locator('.verdict'),
    async ask(permission) {
      await this.input.fill(permission);
      await card.getByRole('button', { name: 'Ask' }).click();
    },
  };
};

eachDatabase('x06_explain_names_the_role_and_the_rule_that_decide', async (world) => {
  const { page, ada } = world;
  const reader = await world.role('Reader', 'allow assets.*:read', 'deny assets.secret:read');
  const made = await world.token('CI pipeline', { roles: [reader] });
  const view = await new TokensView(page).show(made.id);
  const explain = asks(view);
  await page.evaluate(() => { globalThis.untouched = true; });
  await explain.ask('assets.applications:read');
  await reads(explain.verdict, /^allowed Allowed by rule ‘allow assets\.\*:read’ of role ‘Reader’\.$/);
  await explain.ask('assets.secret:read');
  await reads(explain.verdict, /^denied Denied by rule ‘deny assets\.secret:read’ of role ‘Reader’\.$/);
  await explain.ask('assets.applications:delete');
  await reads(explain.verdict, 'denied Denied: no rule allows it.');
  await focused(explain.input);
  await accessible(page);
  await pictures(page, 'token-explain');

  // The implicit role may be named here, and is told as of now.
  const implicit = expected(await ada.get('/api/v1/roles?name=external'), 200).items[0];
  expected(await ada.patch(`/api/v1/roles/${implicit.id}`, implicit.version, { rules: [{ effect: 'allow', permission: 'assets.applications:delete' }] }), 200);
  await explain.ask('assets.applications:delete');
  await reads(explain.verdict, /^allowed .*All external applications/);
  assert.equal(await page.evaluate(() => globalThis.untouched), true, 'the page was not loaded again');
});

eachDatabase('x06_explain_says_what_a_permission_looks_like', async (world) => {
  const made = await world.token('CI pipeline', { roles: [] });
  const view = await new TokensView(world.page).show(made.id);
  const explain = asks(view);
  await explain.ask('<b>read everything');
  await reads(explain.verdict, /A permission looks like .assets:read.\.$/);
  await holds(explain.input, '<b>read everything');
  assert.equal(await explain.card.locator('.mark').count(), 0);
});

eachDatabase('x06_without_the_permission_nothing_is_explained', async (world) => {
  const made = await world.token('CI pipeline');
  await world.person('rob', await world.role('Token readers', 'allow tokens:read'));
  const page = await world.signedIn('rob');
  const view = await new TokensView(page).show(made.id, '?explain=assets%3Aread');
  await sees(view.access);
  assert.equal(await asks(view).card.count(), 0);
  assert.ok(!/no rule allows/.test(await view.details.innerText()));
});
