// A token's text: shown in place, copied, and taken out of the page again after a minute. It is kept nowhere.
import { fetched, replace, say } from './panels.js';

const SHOWN = 60_000;
let hiding;

const hide = (start, page) => {
  clearTimeout(hiding);
  const here = document.getElementById('secret');
  if (here?.querySelector('[data-secret]')) { here.replaceWith(page); start(page); say('The token is hidden again.'); }
};

export const secret = (root, start) => {
  const form = root.querySelector('[data-reveal]');
  form?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const before = document.getElementById('secret').cloneNode(true);
    try {
      const page = await fetched(form.action, 'secret', { method: 'POST', body: new URLSearchParams(new FormData(form)) });
      if (!replace(page, ['secret'], start)) return form.submit();
      const shown = document.getElementById('secret');
      (shown.querySelector('#text') ?? shown.querySelector('[autofocus]'))?.focus();
      for (const link of shown.querySelectorAll('[data-hide]')) link.addEventListener('click', (click) => {
        click.preventDefault();
        hide(start, before);
        document.querySelector('[data-reveals]')?.focus();
      });
      if (shown.querySelector('[data-secret]')) { say('The token is shown.'); hiding = setTimeout(() => hide(start, before), SHOWN); }
    } catch (error) { if (error.name !== 'AbortError') form.submit(); }
  });
  for (const button of root.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const text = document.getElementById(button.dataset.copy);
      try { await navigator.clipboard.writeText(text.value); } catch { text.select(); document.execCommand('copy'); }
      button.textContent = 'Copied';
      say('Copied.');
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
  }
  for (const ask of root.querySelectorAll('[data-explain]')) ask.addEventListener('submit', async (event) => {
    event.preventDefault();
    const url = `${ask.getAttribute('action')}?${new URLSearchParams(new FormData(ask))}`;
    try { if (!replace(await fetched(url, 'explain'), ['explain'], start)) location.assign(url); else document.querySelector('#explain input').focus(); } catch { /* asked again meanwhile */ }
  });
};
