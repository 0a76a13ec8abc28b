// Pictures of pages, for the guide and for whoever wants to look.
import { SIZES } from './browser.mjs';
import { guided, kept } from './places.mjs';

const taken = new Set();

/** `target/browser/<name>-<light|dark>-<wide|narrow>.png` of the page as it stands now; `whole` also below the window. */
export const pictures = async (page, name, { whole = false } = {}) => {
  // It looks the same on every database.
  if (taken.has(name)) return;
  taken.add(name);
  const before = page.viewportSize();
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: kept(`${name}-${colorScheme}-${size}.png`), animations: 'disabled', fullPage: whole });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
};

/** `target/browser/guide/<name>.png`, as the guide shows it. */
export const guide = async (page, name) => {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: guided(`${name}.png`), animations: 'disabled' });
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
};
