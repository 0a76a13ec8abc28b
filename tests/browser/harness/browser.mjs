// One Chromium for all tests of a file; each test has a profile of its own in it.
import { after } from 'node:test';
import { chromium, packages } from './places.mjs';

/** How a page is looked at. */
export const SIZES = { wide: { width: 1280, height: 900 }, narrow: { width: 360, height: 740 } };

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Nothing is to be found elsewhere, whatever a page asks for.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

let running;

after(async () => {
  await (await running?.catch(() => null))?.close();
});

/** A browser that nobody has used yet. */
export const profile = async (origin, options = {}) => {
  running ??= packages('playwright-core').chromium.launch({ executablePath: chromium(), args: FLAGS });
  const context = await (await running).newContext({
    baseURL: origin,
    viewport: SIZES.wide,
    locale: 'en-GB',
    timezoneId: 'UTC',
    // Colours are there at once, so that contrast can be judged.
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(10_000);
  return context;
};
