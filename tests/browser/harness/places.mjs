// Where things are: `cargo xtask browser` builds and starts what the tests need and names it in the environment.
import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const named = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; \`cargo xtask browser\` sets it`);
  return value;
};

/** The program under test. */
export const program = () => named('TOKENWARD_TEST_PROGRAM');

/** The browser. */
export const chromium = () => named('TOKENWARD_TEST_CHROMIUM');

/** A database of a throw-away PostgreSQL server, in which tests make their own. */
export const postgres = () => named('TOKENWARD_TEST_POSTGRES');

/** Loads from the packages that `cargo xtask` installed. */
export const packages = createRequire(join(named('TOKENWARD_TEST_NODE_DIR'), 'package.json'));

/** A file that somebody may want to look at afterwards, below `target/browser`. */
export const kept = (name) => {
  const folder = join(named('TOKENWARD_TEST_NODE_DIR'), '../../browser');
  mkdirSync(folder, { recursive: true });
  return join(folder, name.replace(/[^\w.-]+/g, '-'));
};

/** A picture of the guide. */
export const guided = (name) => {
  const folder = join(named('TOKENWARD_TEST_NODE_DIR'), '../../browser/guide');
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
};
