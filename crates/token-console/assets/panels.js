// Two panels: a row opens on the right without loading the list again, and lists go on by themselves.
import { mayLeave } from './forms.js';

const running = new Map();

/** Tells somebody who does not see the page what changed on it. */
export const say = (text) => { const live = document.getElementById('live'); if (live) live.textContent = text; };

/** A page of this server as a document; an older question for the same thing is given up. */
export const fetched = async (url, about, options = {}) => {
  running.get(about)?.abort();
  const control = new AbortController();
  running.set(about, control);
  const response = await fetch(url, { ...options, signal: control.signal, credentials: 'same-origin' });
  // Somebody who is signed out gets the page for signing in.
  if (response.redirected && new URL(response.url).pathname === '/sign-in') { location.assign(response.url); throw new DOMException('signed out', 'AbortError'); }
  return new DOMParser().parseFromString(await response.text(), 'text/html');
};

/** Puts the pieces with these ids of another page in the place of those here. */
export const replace = (page, ids, start) => {
  for (const id of ids) {
    const [there, here] = [page.getElementById(id), document.getElementById(id)];
    if (!there || !here) return false;
    here.replaceWith(there);
    start(there);
  }
  return true;
};

const open = async (url, start, push) => {
  try {
    const page = await fetched(url, 'details');
    if (!replace(page, ['details'], start)) return location.assign(url);
    if (push) { history.pushState({ panel: true }, '', url); dispatchEvent(new Event('panel')); }
    document.title = page.title;
    document.querySelector('.panels').className = page.querySelector('.panels').className;
    const path = new URL(url, location.href).pathname;
    for (const row of document.querySelectorAll('[data-row]')) {
      if (path.split('/').includes(row.dataset.row)) row.setAttribute('aria-current', 'true'); else row.removeAttribute('aria-current');
    }
    const details = document.getElementById('details');
    (details.querySelector('[autofocus]') ?? details).focus({ preventScroll: true });
    scrollTo(0, 0);
  } catch (error) {
    if (error.name !== 'AbortError') location.assign(url);
  }
};

const goOn = (link, start) => {
  const list = document.getElementById('rows');
  const load = async () => {
    if (link.dataset.busy) return;
    link.dataset.busy = 'yes';
    link.textContent = 'Loading …';
    try {
      const page = await fetched(link.href, 'more');
      const rows = page.querySelectorAll('#rows > li');
      const chosen = document.querySelector('[data-row][aria-current]')?.dataset.row;
      const [there, here] = [page.getElementById('more'), document.getElementById('more')];
      // A page may be short although there is more; then the next one is asked for at once.
      list.append(...rows);
      if (chosen) list.querySelector(`[data-row="${CSS.escape(chosen)}"]`)?.setAttribute('aria-current', 'true');
      if (list.children.length) there.querySelector('.empty')?.remove();
      here.replaceWith(there);
      start(there);
    } catch (error) {
      if (error.name === 'AbortError') return;
      delete link.dataset.busy;
      link.textContent = 'More';
    }
  };
  link.addEventListener('click', (event) => { event.preventDefault(); load(); });
  new IntersectionObserver((seen, observer) => {
    if (seen.some((entry) => entry.isIntersecting)) { observer.disconnect(); load(); }
  }, { rootMargin: '400px' }).observe(link);
};

export const count = async (place) => {
  try {
    const page = await fetched(place.dataset.count, 'count');
    const here = document.getElementById('count');
    if (here?.dataset.count === place.dataset.count) { here.textContent = page.getElementById('count')?.textContent ?? ''; }
  } catch { /* the list is there without its count */ }
};

export const panels = (root, start) => {
  for (const link of root.querySelectorAll('[data-more]')) goOn(link, start);
  const counted = root.matches?.('[data-count]') ? root : root.querySelector('[data-count]');
  if (counted) count(counted);
  if (root !== document || !document.querySelector('[data-panels]')) return;
  document.querySelector('[data-row][aria-current]')?.scrollIntoView({ block: 'nearest' });
  document.addEventListener('click', async (event) => {
    const link = event.target.closest('a[data-row], a[data-panel]');
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (await mayLeave()) open(link.href, start, true);
  });
  // Not for a link within the page, which changes neither.
  const place = () => location.pathname + location.search;
  let shown = place();
  addEventListener('panel', () => { shown = place(); });
  addEventListener('popstate', () => { if (place() !== shown) location.reload(); });
};
