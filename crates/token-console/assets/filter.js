// The list narrows while somebody types. A token that is pasted into it is looked for by the id it carries: its text
// never leaves the browser.
import { fetched, replace, say } from './panels.js';
import { mayLeave } from './forms.js';

const TOKEN = /^\s*(?:bearer\s+)?(eyJ[\w-]*)\.([\w-]+)\.[\w-]*\s*$/i;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a text could be a token, or the beginning of one. */
const secretive = (text) => /^\s*(?:bearer\s+)?eyJ[\w-]{8,}/i.test(text);

const subject = (text) => {
  const claims = TOKEN.exec(text)?.[2];
  if (!claims) return null;
  try {
    const { sub } = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(claims.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))));
    return typeof sub === 'string' && ID.test(sub) ? sub : null;
  } catch { return null; }
};

/** Goes to the token that was pasted; says so if it is none. */
const lookUp = async (text, input) => {
  input.value = '';
  const id = subject(text);
  if (!id) return say('This is no token of this server.'), complain(input);
  if (await mayLeave()) location.assign(`/admin/api-tokens/${id}`);
};

const complain = (input) => {
  input.setCustomValidity('This looks like a token, but it names none of this server. It was not sent anywhere.');
  input.reportValidity();
  input.addEventListener('input', () => input.setCustomValidity(''), { once: true });
};

const guarded = (input) => {
  // Without script a text is cut to 100 letters; here it may come whole, since it stays here.
  input.removeAttribute('maxlength');
  input.addEventListener('paste', (event) => {
    const text = event.clipboardData?.getData('text') ?? '';
    if (!secretive(text)) return;
    event.preventDefault();
    lookUp(text, input);
  });
  input.addEventListener('input', (event) => {
    if (!secretive(input.value)) return;
    event.stopImmediatePropagation();
    if (TOKEN.test(input.value)) lookUp(input.value, input);
  });
  input.form.addEventListener('submit', (event) => {
    if (!secretive(input.value)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    lookUp(input.value, input);
  });
};

const address = (form) => {
  const fields = [...new FormData(form)].filter(([, value]) => value !== '');
  const query = new URLSearchParams(fields).toString();
  return form.getAttribute('action') + (query && `?${query}`);
};

export const filter = (root, start) => {
  root.querySelectorAll('[data-jwt]').forEach(guarded);
  const form = root.querySelector('[data-filter]');
  if (!form) return;
  const narrow = async () => {
    const url = address(form);
    form.setAttribute('aria-busy', 'true');
    try {
      const page = await fetched(url, 'list');
      const pieces = ['rows', 'more', 'count', 'bulk'].filter((id) => document.getElementById(id) && page.getElementById(id));
      if (!replace(page, pieces, start)) return location.assign(url);
      const chosen = /\/([0-9a-f-]{36})/.exec(location.pathname)?.[1];
      if (chosen) document.querySelector(`[data-row="${chosen}"]`)?.setAttribute('aria-current', 'true');
      const here = new URL(location.href);
      history.replaceState(history.state, '', here.pathname + new URL(url, here).search);
      dispatchEvent(new Event('panel'));
      say(document.getElementById('count')?.textContent || `${document.querySelectorAll('#rows > li').length} shown`);
    } catch (error) {
      if (error.name !== 'AbortError') location.assign(url);
    } finally { form.removeAttribute('aria-busy'); }
  };
  form.addEventListener('input', narrow);
  form.addEventListener('submit', (event) => { event.preventDefault(); narrow(); });
};
