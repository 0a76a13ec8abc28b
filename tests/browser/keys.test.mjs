// Signing keys: their states, a new one, and the end of one with every text it signed.
import assert from 'node:assert/strict';
import { accessible } from './harness/accessible.mjs';
import { expected } from './harness/caller.mjs';
import { eventually, misses, read, reads, sees } from './harness/wait.mjs';
import { eachDatabase } from './harness/world.mjs';

const KEYS = '/admin/signing-keys';

/** The rows of the table, newest first: key, algorithm, state. */
const keys = (page) => page.getByRole('region', { name: 'Keys' }).locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].slice(0, 3).map((cell) => (cell.querySelector('.mark') ?? cell).innerText.trim())));

const states = async (page) => (await keys(page)).map(([, , state]) => state);

const stored = async (world) => (await world.sql('SELECT kid, state FROM keys ORDER BY created_at, kid')).sort();

/** The key that signed a text. */
const signer = (text) => JSON.parse(Buffer.from(text.split('.')[0], 'base64url')).kid;

/** Makes a new key with the form. */
const rotate = async (page, { algorithm, begin } = {}) => {
  if (algorithm) await page.getByRole('radio', { name: new RegExp(`^${algorithm}`) }).check();
  if (begin) await page.getByRole('radio', { name: new RegExp(`^${begin}`) }).check();
  await page.getByRole('button', { name: 'Rotate' }).click();
};

const published = async (world) => expected(await world.anybody.get('/.well-known/jwks.json'), 200).keys.map(({ kid }) => kid).sort();

eachDatabase('the_first_token_makes_a_key_that_signs', async (world) => {
  const { page } = world;
  await page.goto(KEYS);
  const before = await states(page);
  assert.ok(before.length <= 1, before);
  if (before.length === 0) await sees(page.getByText('There is no key yet; the first token makes one.'));
  const { token } = await world.token('CI pipeline');
  await page.reload();
  assert.deepEqual(await keys(page), [[signer(token), 'EdDSA', 'signing']]);
  await reads(page.locator('tbody tr'), /signs new texts .* \(just now\)|signs new texts .* ago\)/);
  assert.deepEqual(await published(world), [signer(token)]);
});

eachDatabase('a_new_key_is_published_first_and_signs_when_its_time_has_come', { clock: true }, async (world) => {
  const { page, clock } = world;
  const first = await world.token('First');
  await page.goto(KEYS);
  await rotate(page, { algorithm: 'EdDSA' });
  await sees(page.getByText('The new key is published.'));
  assert.deepEqual(await states(page), ['next', 'signing']);
  await reads(page.locator('tbody tr').first(), /published; signs from \d+ \w+ \d{4}, \d\d:\d\d UTC on/);
  assert.equal((await published(world)).length, 2);
  const [[next]] = await keys(page);
  assert.deepEqual(await stored(world), [[next, 'next'], [signer(first.token), 'signing']].sort());
  assert.equal(signer((await world.token('Second')).token), signer(first.token), 'it does not sign yet');
  // One at a time.
  world.expect(409);
  await rotate(page);
  await sees(page.getByRole('alert').filter({ hasText: /Another key waits to sign/ }));
  assert.equal((await stored(world)).length, 2);

  await clock.advance(302);
  await eventually(async () => assert.deepEqual(await stored(world), [[next, 'signing'], [signer(first.token), 'retired']].sort()));
  await page.goto(KEYS);
  assert.deepEqual(await states(page), ['signing', 'retired']);
  await reads(page.locator('tbody tr').last(), /signs nothing new, still verifies/);
  const third = await world.token('Third');
  assert.equal(signer(third.token), next);
  assert.deepEqual([await world.status(first.token), await world.status(third.token)], [200, 200]);
  assert.equal(await world.events('key.promoted'), 1);
});

eachDatabase('a_new_key_signs_at_once_if_that_is_wanted', async (world) => {
  const { page } = world;
  const first = await world.token('First');
  await page.goto(KEYS);
  await rotate(page, { algorithm: 'ES256', begin: 'now' });
  await sees(page.getByText('The new key is published.'));
  const [[fresh]] = await keys(page);
  assert.deepEqual(await keys(page), [[fresh, 'ES256', 'signing'], [signer(first.token), 'EdDSA', 'retired']]);
  const second = await world.token('Second');
  assert.equal(signer(second.token), fresh);
  assert.deepEqual([await world.status(first.token), await world.status(second.token)], [200, 200]);
  assert.deepEqual(await stored(world), [[fresh, 'signing'], [signer(first.token), 'retired']].sort());
});

eachDatabase('withdrawing_a_key_says_how_many_texts_it_hits_and_refuses_them_from_then_on', async (world) => {
  const { page } = world;
  const old = [await world.token('First'), await world.token('Second')];
  const revoked = await world.token('Revoked');
  await world.revoke(revoked.id);
  await page.goto(KEYS);
  await rotate(page, { begin: 'now' });
  await sees(page.getByText('The new key is published.'));
  const kept = await world.token('Third');
  const kid = signer(old[0].token);
  const withdraw = page.getByRole('link', { name: `Withdraw key ${kid}` });
  await withdraw.click();
  await sees(page.getByRole('heading', { name: 'Withdraw this key?' }));
  await sees(page.getByText('It signed 2 good texts; all of them are refused from then on, on every node, for good.'));
  assert.equal(await page.getByText('Another key signs in its place at once.').count(), 0);
  await sees(page.getByText(kid, { exact: true }));
  await accessible(page);
  await page.getByRole('link', { name: 'Cancel' }).click();
  for (const { token } of old) assert.equal(await world.status(token), 200, 'only asked');
  await withdraw.click();
  await page.getByRole('button', { name: 'Withdraw for good' }).click();
  await sees(page.getByText('The key is withdrawn. No text that it signed is accepted any more, on any node.'));
  for (const { token } of old) assert.equal(await world.status(token), 401);
  assert.equal(await world.status(kept.token), 200);
  assert.deepEqual(await states(page), ['signing', 'withdrawn']);
  await misses(withdraw);
  assert.deepEqual(await stored(world), [[kid, 'withdrawn'], [signer(kept.token), 'signing']].sort());
  assert.deepEqual(await published(world), [signer(kept.token)]);
  assert.equal(await world.events('key.withdrawn'), 1);
  // Asked again, there is nothing to ask.
  await page.goto(`${KEYS}/${kid}/withdraw`);
  await read(page.getByRole('heading', { level: 1 }), ['Signing keys']);
});

eachDatabase('another_key_signs_in_the_place_of_the_one_that_is_withdrawn', async (world) => {
  const { page } = world;
  const first = await world.token('First');
  await page.goto(`${KEYS}/${signer(first.token)}/withdraw`);
  await sees(page.getByText('It signed 1 good text; all of them are refused from then on, on every node, for good.'));
  await sees(page.getByText('Another key signs in its place at once.'));
  await page.getByRole('button', { name: 'Withdraw for good' }).click();
  await sees(page.getByText('The key is withdrawn.'));
  assert.deepEqual(await states(page), ['signing', 'withdrawn']);
  assert.equal(await world.status(first.token), 401);
  // The token stays, and a new text of it works.
  const rotated = expected(await world.ada.post(`/api/v1/tokens/${first.id}/rotate`, { expires_at: null, old_ends: 'now' }), 201);
  assert.notEqual(signer(rotated.token), signer(first.token));
  assert.equal(await world.status(rotated.token), 200);
});

eachDatabase('somebody_who_only_reads_keys_changes_none', async (world) => {
  await world.token('First');
  await world.person('eve', await world.role('Looks', 'allow keys:read'));
  const page = await world.signedIn('eve');
  await page.goto(KEYS);
  assert.deepEqual(await states(page), ['signing']);
  await misses(page.getByRole('button', { name: 'Rotate' }));
  await misses(page.getByRole('link', { name: /Withdraw/ }));
});
