// Fresh databases: an SQLite file in a folder of its own, or a database of a running PostgreSQL server.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { postgres } from './places.mjs';
import { run } from './program.mjs';

/** The kinds of database the product stands on. */
export const KINDS = ['sqlite', 'postgres'];

const [COLUMN, ROW] = ['\x1f', '\x1e'];
const rows = (text) => text.split(ROW).filter((row) => row.trim() !== '').map((row) => row.replace(/^\n|\n$/g, '').split(COLUMN));

const psql = (url, statement) =>
  run('psql', ['-X', '-q', '-A', '-t', '-F', COLUMN, '-R', ROW, '-v', 'ON_ERROR_STOP=1', '-c', statement, url]);

/** A fresh, empty database and the settings of a program on it. */
export class Database {
  constructor(kind, folder, server) {
    Object.assign(this, { kind, folder, server });
    this.settings = { TOKENWARD_DATA_DIR: folder };
    if (!server) return;
    this.name = basename(folder).toLowerCase().replace(/[^a-z0-9]/g, '_');
    this.url = server.replace(/[^/]*$/, this.name);
    this.settings.TOKENWARD_DATABASE_URL = this.url;
    this.settings.TOKENWARD_MASTER_KEY_FILE = join(folder, 'test-master.key');
  }

  /** An empty one. */
  static async fresh(kind) {
    const database = await Database.#at(kind);
    if (database.url) {
      // 32 bytes in base64url; a key of tests alone.
      const key = 'dGVzdC1tYXN0ZXIta2V5LW5vdC1hLXNlY3JldC0wMDE\n';
      await writeFile(database.settings.TOKENWARD_MASTER_KEY_FILE, key, { mode: 0o600 });
      await psql(database.server, `CREATE DATABASE ${database.name}`);
    }
    return database;
  }

  /** A copy of this one, which no program may be using: quicker than to make the same again. */
  async copy() {
    const other = await Database.#at(this.kind);
    await cp(this.folder, other.folder, { recursive: true });
    if (this.url) await psql(this.server, `CREATE DATABASE ${other.name} TEMPLATE ${this.name}`);
    return other;
  }

  static async #at(kind) {
    const folder = await mkdtemp(join(tmpdir(), 'tokenward-browser-'));
    return new Database(kind, folder, kind === 'postgres' ? postgres() : undefined);
  }

  /** Asks the database behind the server's back; rows of texts, `''` where there is no value. */
  async sql(statement) {
    if (this.url) return rows(await psql(this.url, statement));
    const file = join(this.folder, 'tokenward.db');
    const words = ['-bail', '-cmd', '.timeout 5000', '-separator', COLUMN, '-newline', ROW, file, ` ${statement}`];
    return rows(await run('sqlite3', words));
  }

  /** Everything in the database as text. */
  dump() {
    return this.url ? run('pg_dump', ['--inserts', this.url]) : run('sqlite3', [join(this.folder, 'tokenward.db'), '.dump']);
  }

  async drop() {
    if (this.url) await psql(this.server, `DROP DATABASE ${this.name} WITH (FORCE)`);
    await rm(this.folder, { recursive: true, force: true });
  }
}
