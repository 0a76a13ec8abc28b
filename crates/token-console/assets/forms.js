// Forms: slots come and go, a revocation is marked in place, dialogs ask, and nothing typed is lost without a question.
let dirty = null;
let leaving = false;

/** Asks before something that was typed and not saved is left. */
export const mayLeave = async () => {
  if (!dirty || !dirty.isConnected) return true;
  const good = confirm('Something is not saved yet. Leave it?');
  if (good) dirty = null;
  return good;
};

const soil = (form) => {
  dirty = form;
  for (const mark of form.querySelectorAll('[data-unsaved]')) mark.hidden = false;
};

const clean = (form) => {
  if (dirty === form) dirty = null;
  for (const mark of form.querySelectorAll('[data-unsaved]')) mark.hidden = true;
};

const watch = (form) => {
  if (form.hasAttribute('data-dirty')) soil(form);
  form.addEventListener('input', () => soil(form));
  form.addEventListener('submit', () => { leaving = true; setTimeout(() => { leaving = false; }, 2000); });
};

const slots = (root) => {
  for (const button of root.querySelectorAll('[data-add]')) button.addEventListener('click', (event) => {
    event.preventDefault();
    const name = button.dataset.add;
    const within = button.closest('form');
    const list = within.querySelector(`[data-slots="${name}"]`);
    const slot = within.querySelector(`[data-slot-template="${name}"]`).content.firstElementChild.cloneNode(true);
    list.append(slot);
    number(list);
    slot.querySelector('select, input')?.focus();
    soil(within);
  });
};

/** Slots are called by their number, for those who hear them. */
const number = (list) => [...list.children].forEach((slot, index) => {
  for (const part of slot.querySelectorAll('[aria-label]')) part.setAttribute('aria-label', `${part.getAttribute('aria-label').replace(/ \d+$/, '')} ${index + 1}`);
});

const removing = (event) => {
  const button = event.target.closest('[data-remove]');
  if (!button) return;
  event.preventDefault();
  const [slot, form] = [button.closest('.slot, .rule'), button.closest('form')];
  const list = slot.parentElement;
  const next = slot.nextElementSibling ?? slot.previousElementSibling;
  slot.remove();
  number(list);
  (next?.querySelector('select, input') ?? form.querySelector(`[data-add="${list.dataset.slots}"]`))?.focus();
  soil(form);
};

const revoking = (event) => {
  const [revoke, keep] = [event.target.closest('[data-revoke]'), event.target.closest('[data-keep]')];
  const card = (revoke ?? keep)?.closest('#access');
  const template = card?.querySelector('template[data-pending]');
  if (!template) return;
  event.preventDefault();
  const row = card.querySelector('#revoking');
  const form = card.closest('form');
  card.classList.toggle('danger', !!revoke);
  row.hidden = !!revoke;
  if (revoke) {
    card.append(template.content.cloneNode(true));
    card.querySelector('#reason').focus();
    if (dirty !== form) form.dataset.onlyMarked = 'yes';
    soil(form);
    form.addEventListener('input', (typed) => { if (typed.target.id !== 'reason') delete form.dataset.onlyMarked; });
  } else {
    card.querySelector('#pending').remove();
    row.querySelector('button').focus();
    if (form.dataset.onlyMarked) { clean(form); delete form.dataset.onlyMarked; }
  }
};

const dialogs = (event) => {
  const opener = event.target.closest('[data-opens]');
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog?.showModal) { event.preventDefault(); dialog.showModal(); return; }
  event.target.closest('[data-close]')?.closest('dialog').close();
  const sure = event.target.closest('[data-sure]');
  if (sure) {
    const form = document.getElementById(sure.dataset.sure);
    const yes = Object.assign(document.createElement('input'), { type: 'hidden', name: 'sure', value: 'yes' });
    form.append(yes);
    sure.closest('dialog').close();
    form.requestSubmit(form.querySelector('.save button[value=save]'));
  }
};

const saving = (event) => {
  const form = event.target;
  const dialog = document.getElementById('revoke-dialog');
  const save = (event.submitter?.value ?? 'save') === 'save';
  if (form.id !== 'token' || !dialog || !save || !form.querySelector('#pending') || form.querySelector('[name=sure]')) return;
  event.preventDefault();
  leaving = false;
  dialog.showModal();
};

const presets = (root) => {
  for (const place of root.querySelectorAll('[data-presets]')) {
    place.hidden = false;
    place.addEventListener('click', (event) => {
      const days = Number(event.target.dataset?.days);
      if (!days) return;
      const field = document.getElementById(place.dataset.presets);
      field.value = new Date(Date.now() + days * 864e5).toISOString().slice(0, 10);
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
  }
};

export const forms = (root) => {
  root.querySelectorAll('form[data-watch]').forEach(watch);
  slots(root);
  presets(root);
  if (root !== document) return;
  for (const act of [removing, revoking, dialogs]) document.addEventListener('click', act);
  document.addEventListener('submit', saving);
  addEventListener('beforeunload', (event) => { if (dirty?.isConnected && !leaving) event.preventDefault(); });
};
