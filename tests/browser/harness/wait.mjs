// Waiting for what a user would wait for, never for a length of time.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE = 20_000;
const LOOK_EVERY = 40;

/** Asks again until `probe` throws no more; gives what it gave. */
export const eventually = async (probe, patience = PATIENCE) => {
  const last = Date.now() + patience;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (last <= Date.now()) throw error;
      await pause(LOOK_EVERY);
    }
  }
};

/** Somebody sees it. */
export const sees = (locator) => locator.waitFor({ state: 'visible', timeout: PATIENCE });

/** Nobody sees it, or no more. */
export const misses = (locator) => locator.waitFor({ state: 'hidden', timeout: PATIENCE });

/** It says this: a text, blanks taken together, or a pattern. */
export const reads = (locator, expected) => eventually(async () => {
  const text = (await locator.innerText({ timeout: PATIENCE })).replace(/\s+/g, ' ').trim();
  if (expected instanceof RegExp) assert.match(text, expected); else assert.equal(text, expected);
});

/** All of them say these, in this order. */
export const read = (locator, expected) => eventually(async () => {
  const texts = (await locator.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
  assert.deepEqual(texts, expected);
});

/** The field holds this. */
export const holds = (locator, expected) => eventually(async () => assert.equal(await locator.inputValue(), expected));

/** The keyboard is here. */
export const focused = (locator) => eventually(async () => {
  assert.ok(await locator.evaluate((element) => element === document.activeElement), `${locator} has no focus`);
});

/** The address, without the server, is this or matches it. */
export const at = (page, expected) => eventually(() => {
  const url = new URL(page.url());
  const here = url.pathname + url.search;
  if (expected instanceof RegExp) assert.match(here, expected); else assert.equal(here, expected);
});
