// The program's command line.
import { spawn } from 'node:child_process';
import { program } from './places.mjs';

/** The environment of a program with these settings: ours, without settings that somebody has around. */
export const environment = (settings) => {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TOKENWARD_'));
  return { ...Object.fromEntries(own), ...settings };
};

/** Runs a command to its end; gives what it prints. */
export const run = (command, words, { settings, input, timeout = 60_000 } = {}) => new Promise((resolve, reject) => {
  const child = spawn(command, words, { env: settings ? environment(settings) : process.env, timeout });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
  child.on('error', reject);
  child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${command} ${words.join(' ')}: ${code}\n${err}`))));
  // It may have ended before it read this.
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
});

/** Runs `tokenward …` beside the server, as whoever runs it would. */
export const tokenward = (settings, words, input) => run(program(), words, { settings, input });
