// The real server, on a free port of 127.0.0.1. It ends with the test, also when the test ends badly: a shell holds
// the other end of a pipe, and when the pipe closes, be it by SIGKILL, it ends the server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { program } from './places.mjs';
import { environment } from './program.mjs';
import { eventually } from './wait.mjs';

const WATCH_DOG = '"$@" </dev/null & server=$!; cat >/dev/null; kill -KILL "$server"; wait "$server" 2>/dev/null';

/** A running server. */
export class Server {
  constructor(child, url, log) {
    Object.assign(this, { child, url, log });
  }

  static async start(database, settings) {
    const listen = `127.0.0.1:${await freePort()}`;
    const log = join(database.folder, 'server.log');
    const file = openSync(log, 'a');
    const child = spawn('/bin/sh', ['-c', WATCH_DOG, 'sh', program(), 'serve'], {
      env: environment({ TOKENWARD_LISTEN: listen, ...settings }),
      stdio: ['pipe', file, file],
    });
    closeSync(file);
    child.stdin.on('error', () => {});
    const server = new Server(child, `http://${listen}`, log);
    try {
      await server.ready();
    } catch (error) {
      const said = await readFile(log, 'utf8');
      await server.stop();
      throw new Error(`the server is not ready: ${error.message}\n${said}`);
    }
    return server;
  }

  ready() {
    return eventually(async () => {
      const answer = await fetch(`${this.url}/healthz`);
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    }, 30_000);
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.stdin.end();
    await once(this.child, 'exit');
  }
}

/** A clock that stands still, in a file that the server reads. */
export class Clock {
  constructor(folder, seconds) {
    this.file = join(folder, 'clock');
    this.seconds = seconds;
  }

  /** Time passes, and the clock shows it. */
  async advance(seconds) {
    this.seconds += seconds;
    await writeFile(`${this.file}.next`, `${this.seconds}000000`);
    await rename(`${this.file}.next`, this.file);
  }
}

const freePort = async () => {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
};
