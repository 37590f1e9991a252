// Keeps what was typed into <form data-draft="name"> in this browser, until it was sent or a week has passed.
// Never kept: passwords, files, hidden fields and whatever stands in an element marked data-private.
// A page with data-draft-sent="name" (the receipt) throws away the drafts whose names begin so; [data-draft-discard] does so by hand.

const WEEK = 7 * 24 * 3600 * 1000;
const KEY = (name) => `alur:draft:${name}`;

function store() {
  try {
    return window.localStorage; // throws where the browser forbids storage
  } catch {
    return null;
  }
}

function kept(control) {
  return control.name
    && !['password', 'file', 'hidden', 'submit', 'button', 'reset'].includes(control.type)
    && !control.closest('[data-private]');
}

function read(form) {
  const values = {};
  for (const control of [...form.elements].filter(kept)) {
    const list = (values[control.name] ??= []);
    if (['checkbox', 'radio'].includes(control.type)) {
      if (control.checked) list.push(control.value);
    } else if (control.type === 'select-multiple') {
      list.push(...[...control.selectedOptions].map((option) => option.value));
    } else {
      list.push(control.value);
    }
  }
  return values;
}

function write(form, values) {
  const used = {};
  for (const control of [...form.elements].filter(kept)) {
    const list = values[control.name];
    if (!list) continue;
    if (['checkbox', 'radio'].includes(control.type)) {
      control.checked = list.includes(control.value);
    } else if (control.type === 'select-multiple') {
      for (const option of control.options) option.selected = list.includes(option.value);
    } else {
      used[control.name] = (used[control.name] ?? -1) + 1;
      control.value = list[used[control.name]] ?? '';
    }
    // A folded part that holds something is opened, so that nothing is sent unseen.
    const folded = control.closest('details');
    if (folded && list.some(Boolean)) folded.open = true;
  }
  form.dispatchEvent(new CustomEvent('draft:restored'));
}

function load(name) {
  try {
    const { at, values } = JSON.parse(store()?.getItem(KEY(name)) ?? '{}');
    return at && Date.now() - at < WEEK ? values : null;
  } catch {
    return null;
  }
}

function save(name, values) {
  try {
    store()?.setItem(KEY(name), JSON.stringify({ at: Date.now(), values }));
  } catch {
    // The storage is full: the form works as before, only without a draft.
  }
}

/** Throws away every draft whose name begins so. */
function forget(beginning) {
  for (const key of Object.keys(store() ?? {})) if (key.startsWith(beginning)) store().removeItem(key);
}

function arm(form) {
  const name = form.dataset.draft;
  const before = JSON.stringify(read(form));
  const values = load(name);
  // After a refused form the server shows what was typed: that is newer than any draft.
  const restored = values && !('draftFresh' in form.dataset) && JSON.stringify(values) !== before;
  if (restored) write(form, values);
  for (const note of form.querySelectorAll('[data-draft-note]')) note.hidden = !restored;
  let waiting;
  form.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => save(name, read(form)), 300);
  });
  // On a phone the page is often thrown away rather than closed.
  window.addEventListener('pagehide', () => waiting && save(name, read(form)));
  for (const button of form.querySelectorAll('[data-draft-discard]')) {
    button.addEventListener('click', () => {
      clearTimeout(waiting);
      waiting = undefined;
      store()?.removeItem(KEY(name));
      write(form, JSON.parse(before));
      for (const note of form.querySelectorAll('[data-draft-note]')) note.hidden = true;
    });
  }
}

/** Restores and keeps the drafts of the forms under `root`, and forgets those that were sent. */
export function armDrafts(root) {
  for (const sent of root.querySelectorAll('[data-draft-sent]')) forget(KEY(sent.dataset.draftSent));
  for (const form of root.querySelectorAll('form[data-draft]')) {
    if (!('drafting' in form.dataset)) {
      form.dataset.drafting = '';
      arm(form);
    }
  }
}
