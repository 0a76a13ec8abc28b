// Callers of the JSON API: External Applications with a token, and people with a session.
import assert from 'node:assert/strict';

/** The password of everybody. */
export const PASSWORD = 'a long way to Tipperary';

/** Somebody who calls the API of a server. */
export class Caller {
  constructor(url, headers = {}) {
    Object.assign(this, { url, headers });
  }

  /** Whoever presents this token. */
  bearer(text) {
    return new Caller(this.url, { ...this.headers, authorization: `Bearer ${text}` });
  }

  /** A person who signs in. */
  async signIn(username) {
    const { status, body, headers } = await this.post('/api/v1/session', { username, password: PASSWORD });
    assert.equal(status, 200, JSON.stringify(body));
    const cookie = headers.getSetCookie().map((field) => field.split(';')[0]).join('; ');
    return new Caller(this.url, { cookie, origin: this.url, 'x-csrf-token': body.csrf_token });
  }

  /** Any request; gives status, body and header fields. */
  async call(method, path, body, headers = {}) {
    const typed = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(this.url + path, {
      method,
      headers: { ...this.headers, ...typed, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'manual',
    });
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, body: json ? JSON.parse(text) : text, headers: answer.headers };
  }

  get(path) { return this.call('GET', path); }

  post(path, body) { return this.call('POST', path, body); }

  patch(path, version, body) { return this.call('PATCH', path, body, { 'if-match': `"${version}"` }); }

  delete(path) { return this.call('DELETE', path); }

  /** What the server thinks of the caller: 200 for a good token, 401 for any other. */
  async status(path = '/api/v1/whoami') { return (await this.get(path)).status; }
}

/** The body, if the status is the expected one. */
export const expected = ({ status, body }, wanted) => {
  assert.equal(status, wanted, JSON.stringify(body));
  return body;
};
