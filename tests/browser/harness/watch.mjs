// What must not happen in a browser while a test looks elsewhere: errors in the console, violations of the
// Content-Security-Policy, requests to others, dialogs and refusals that nobody expected.
import assert from 'node:assert/strict';
import { eventually } from './wait.mjs';

const REFUSED = /^Failed to load resource: the server responded with a status of (\d{3})/;

/** One watch over all pages of a browser context. */
export class Watch {
  constructor(origin) {
    this.origin = origin;
    this.faults = [];
    this.requests = [];
    this.expected = new Map();
    this.answering = null;
  }

  async over(context) {
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
    });
    context.on('console', (message) => this.#said(message));
    context.on('weberror', (error) => this.faults.push(`uncaught: ${error.error()}`));
    context.on('request', (request) => this.#asked(request));
    context.on('response', (response) => this.#answered(response));
    context.on('dialog', (dialog) => this.#interrupted(dialog));
    return this;
  }

  /** These statuses of 400 and above will come, each at least once. */
  expect(...statuses) {
    for (const status of statuses) if (!this.expected.has(status)) this.expected.set(status, 0);
  }

  /** These may come, or not. */
  allow(...statuses) {
    for (const status of statuses) this.expected.set(status, (this.expected.get(status) ?? 0) + 1);
  }

  /** Does something that makes the browser ask (`confirm`, or before leaving), and answers; gives the question. */
  async answer(how, action) {
    const answering = { how };
    this.answering = answering;
    // An action that is called off fails.
    await Promise.resolve().then(action).catch((error) => { if (how === 'accept') throw error; });
    return eventually(() => answering.question ?? assert.fail('the browser asked nothing'));
  }

  /** Fails on whatever went wrong unnoticed. */
  settle() {
    const missed = [...this.expected].filter(([, seen]) => seen === 0).map(([status]) => `a ${status} was expected, and none came`);
    assert.deepEqual([...this.faults, ...missed], [], 'in the browser');
  }

  #said(message) {
    if (message.type() !== 'error') return;
    const status = REFUSED.exec(message.text())?.[1];
    // The answer itself is watched, so this is told once.
    if (!status) this.faults.push(`console: ${message.text()} (${message.location().url})`);
  }

  #asked(request) {
    this.requests.push(request);
    const url = new URL(request.url());
    if (/^(https?|wss?):$/.test(url.protocol) && url.origin !== this.origin) this.faults.push(`a request to ${url}`);
  }

  #answered(response) {
    const status = response.status();
    if (status < 400) return;
    const seen = this.expected.get(status);
    if (seen === undefined) this.faults.push(`${status} for ${response.request().method()} ${response.url()}`);
    else this.expected.set(status, seen + 1);
  }

  async #interrupted(dialog) {
    const { answering } = this;
    this.answering = null;
    if (!answering) this.faults.push(`a dialog nobody expected: ${dialog.type()} ${dialog.message()}`);
    const accept = answering ? answering.how === 'accept' : dialog.type() === 'beforeunload';
    if (answering) answering.question = { type: dialog.type(), message: dialog.message() };
    await (accept ? dialog.accept() : dialog.dismiss()).catch(() => {});
  }
}
