// What a test starts with: a fresh database, the server on it, a person called ada who may do everything, and a
// browser that nobody has used yet. Everything ends with the test.
import { copyFile, readFile, rm } from 'node:fs/promises';
import test, { after } from 'node:test';
import { profile } from './browser.mjs';
import { Caller, PASSWORD, expected } from './caller.mjs';
import { Database, KINDS } from './database.mjs';
import { kept } from './places.mjs';
import { tokenward } from './program.mjs';
import { Clock, Server } from './server.mjs';
import { Watch } from './watch.mjs';
import { at } from './wait.mjs';

/** How long one test may take. */
const LONGEST = 180_000;

const LONG_SESSIONS = { TOKENWARD_SESSION_IDLE: '604800s', TOKENWARD_SESSION_LIFETIME: '2592000s' };

/**
 * Registers a test twice, `name [sqlite]` and `name [postgres]`. Options:
 *
 * - `signedIn: false`: the browser is not signed in yet;
 * - `nobody: true`: nobody has an account yet;
 * - `clock: true`: the server's clock stands still until `world.clock.advance(seconds)`;
 * - `script: false`: a browser without script;
 * - `settings`: more settings of the server, by their names in the environment, or what makes them of the database;
 * - `kinds`: on these kinds of database alone, where the kind can make no difference;
 * - `longest`: how many milliseconds it may take;
 * - `context`: more options of the browser context.
 */
export const eachDatabase = (name, ...rest) => {
  const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest;
  for (const kind of options.kinds ?? KINDS) {
    test(`${name} [${kind}]`, { timeout: options.longest ?? LONGEST }, async () => {
      const world = new World(options);
      const failed = `failed-${name}-${kind}`;
      await Promise.all(['png', 'log'].map((ending) => rm(kept(`${failed}.${ending}`), { force: true })));
      try {
        await world.begin(kind);
        await body(world);
        world.settle();
      } catch (error) {
        await world.keep(failed);
        throw error;
      } finally {
        await world.end();
      }
    });
  }
};

/** A database on which ada has an account, made once for all tests of a file. */
const withAda = async (kind) => {
  if (!prepared.has(kind)) {
    const database = await Database.fresh(kind);
    prepared.set(kind, database);
    await tokenward(database.settings, ['user', 'create', '--username', 'ada', '--role', 'admin', '--password-stdin'], PASSWORD);
  }
  return prepared.get(kind);
};

const prepared = new Map();

after(async () => {
  for (const database of prepared.values()) await database.drop();
});

/** Everything around one test. */
export class World {
  constructor(options) {
    this.options = options;
    this.watches = new Map();
    this.endings = [];
  }

  async begin(kind) {
    const { options } = this;
    this.database = options.nobody ? await Database.fresh(kind) : await (await withAda(kind)).copy();
    this.endings.push(() => this.database.drop());
    this.settings = { ...this.database.settings };
    if (options.clock) {
      this.clock = new Clock(this.database.folder, Math.floor(Date.now() / 1_000));
      await this.clock.advance(0);
      // Sessions go on while the clock is moved by days.
      Object.assign(this.settings, { TOKENWARD_CLOCK_FILE: this.clock.file, ...LONG_SESSIONS });
    }
    const { settings } = options;
    Object.assign(this.settings, typeof settings === 'function' ? settings(this.database) : settings);
    this.server = await Server.start(this.database, this.settings);
    this.endings.push(() => this.server.stop());
    this.url = this.server.url;
    this.anybody = new Caller(this.url);
    if (!options.nobody) this.ada = await this.anybody.signIn('ada');
    this.page = await this.browser({ javaScriptEnabled: options.script ?? true, ...options.context });
    this.context = this.page.context();
    if (!options.nobody && options.signedIn !== false) await this.signIn(this.page);
  }

  /** Another browser, watched like the first; gives its page. */
  async browser(options = {}) {
    const context = await profile(this.url, options);
    this.endings.push(() => context.close());
    this.watches.set(context, await new Watch(this.url).over(context));
    return context.newPage();
  }

  /** The watch over the browser of a page. */
  watch(page = this.page) { return this.watches.get(page.context()); }

  /** The first browser will be answered with these statuses of 400 and above. */
  expect(...statuses) { this.watch().expect(...statuses); }

  /** Does something that makes the browser ask, and answers with `accept` or `dismiss`; gives the question. */
  answer(how, action) { return this.watch().answer(how, action); }

  /** Signs in as people do. */
  async signIn(page, username = 'ada', password = PASSWORD) {
    await page.goto('/sign-in');
    await page.getByLabel('User name').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await at(page, '/overview');
  }

  /** Another browser with somebody signed in; gives its page. */
  async signedIn(username, options) {
    const page = await this.browser(options);
    await this.signIn(page, username);
    return page;
  }

  /** Asks the database behind the server's back; rows of texts. */
  sql(statement) { return this.database.sql(statement); }

  /** The one value of the one row. */
  async value(statement) { return (await this.sql(statement))[0]?.[0]; }

  /** Everything in the database as text. */
  dump() { return this.database.dump(); }

  /** Everything the server printed. */
  log() { return readFile(this.server.log, 'utf8'); }

  /** How many events of this kind are in the changelog. */
  async events(kind) { return Number(await this.value(`SELECT count(*) FROM events WHERE kind = '${kind}'`)); }

  /** Runs `tokenward …` beside the server. */
  cli(words, input) { return tokenward(this.settings, words, input); }

  /** Makes a token over the API, as ada; gives `{ id, token, … }`. */
  async token(name, members = {}) { return expected(await this.ada.post('/api/v1/tokens', { name, ...members }), 201); }

  /** Makes a role with rules such as `allow assets:read`; gives its id. */
  async role(name, ...rules) {
    const read = (rule) => { const [effect, permission] = rule.split(' '); return { effect, permission }; };
    return expected(await this.ada.post('/api/v1/roles', { name, rules: rules.map(read) }), 201).id;
  }

  /** Makes a person with these roles and everybody's password; gives their id. */
  async person(username, ...roles) {
    return expected(await this.ada.post('/api/v1/users', { username, roles, password: PASSWORD }), 201).id;
  }

  /** Ends a token over the API, as ada. */
  async revoke(id, reason) { return expected(await this.ada.post(`/api/v1/tokens/${id}/revoke`, { reason }), 200); }

  /** What a call with this token is answered. */
  status(text, path) { return this.anybody.bearer(text).status(path); }

  settle() { for (const watch of this.watches.values()) watch.settle(); }

  /** Keeps what helps to find out why a test failed. */
  async keep(name) {
    await this.page?.screenshot({ path: kept(`${name}.png`), timeout: 3_000 }).catch(() => {});
    if (this.server) await copyFile(this.server.log, kept(`${name}.log`)).catch(() => {});
  }

  async end() {
    const failed = [];
    for (const ending of this.endings.reverse()) await ending().catch((error) => failed.push(error));
    if (failed.length) throw failed[0];
  }
}
