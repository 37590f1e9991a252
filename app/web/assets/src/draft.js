// Keeps what is typed into <form data-draft="name" data-shelf="person"> in this browser at each key, until it was sent.
// The page may say: data-draft-fresh (what stands here was sent just now and is newer than any copy), data-draft-at (the
// stamp of the server's draft that stands here). Parts: [data-draft-note] a copy was put back, [data-draft-others] more
// copies, from other tabs, [data-draft-discard] begin anew. Elsewhere: [data-draft-sent="name"] this tab's copy was sent,
// [data-draft-forget="beginning"] nothing is to stay, [data-draft-left="beginning"] copies whose form is on no page now.
import * as shelf from './copies.js';
import { read, unkept, words, write } from './controls.js';

const open = new Map(); // form -> what is known of it

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const shelfOf = (element) => element.dataset.shelf ?? '';

class Draft {
  constructor(form) {
    this.form = form;
    this.name = form.dataset.draft;
    this.shelf = shelfOf(form);
    this.first = read(form);
    this.base = form.dataset.draftAt ?? '';
    this.stored = true;
    this.dirty = false;
  }

  // The copy to put back: this tab's own, else the newest of any. Where the server's draft changed since, this tab goes on
  // with what it had not saved yet, and is offered the rest.
  begin() {
    const fresh = 'draftFresh' in this.form.dataset;
    const all = shelf.copies(this.shelf, `${this.name}#`);
    const own = shelf.own(this.shelf, this.name);
    const found = own ?? all[0];
    const newer = found && (found.base === this.base || (own && own.dirty));
    const better = !fresh && newer && !same(found.values, this.first);
    if (better) {
      write(this.form, found.values);
      if (!own) shelf.dropCopy(found); // it moves to this tab; a tab that still has it open keeps it again
    }
    this.dirty = fresh || better;
    if (this.dirty) this.save();
    for (const note of this.form.querySelectorAll('[data-draft-note]')) note.hidden = !better;
    if (better && this.form.closest('details')) this.form.closest('details').open = true;
    const put = better ? found.key : fresh ? own?.key : undefined;
    const server = better && found.base !== this.base ? [{ at: this.base / 1000, values: this.first }] : [];
    this.offer([...server, ...all.filter((each) => each.key !== put)]);
  }

  // The server's draft, copies from other tabs, and what was typed before somebody saved a newer draft elsewhere.
  offer(others) {
    const list = this.form.querySelector('[data-draft-others]');
    const now = read(this.form);
    const worth = others.filter((each) => words(each.values).length && !same(each.values, now));
    if (!list || !worth.length) return;
    for (const copy of worth) {
      const entry = list.querySelector('template').content.firstElementChild.cloneNode(true);
      entry.querySelector('[data-draft-when]').textContent = when(copy.at);
      entry.querySelector('[data-draft-words]').textContent = words(copy.values)[0].slice(0, 80);
      entry.querySelector('[data-draft-use]').addEventListener('click', () => this.use(copy, entry, list));
      entry.querySelector('[data-draft-drop]').addEventListener('click', () => forgetEntry(copy, entry, list));
      list.append(entry);
    }
    list.hidden = false;
  }

  use(copy, entry, list) {
    const now = read(this.form);
    if (!same(now, this.first)) shelf.keepBeside(this.shelf, this.name, { values: now, base: this.base, dirty: true });
    write(this.form, copy.values);
    forgetEntry(copy, entry, list);
    this.typed();
  }

  typed() {
    this.dirty = true;
    this.save();
  }

  save() {
    const values = read(this.form);
    if (same(values, this.first) && !('draftFresh' in this.form.dataset)) {
      shelf.drop(this.shelf, this.name);
      this.stored = true;
      this.dirty = false;
      return;
    }
    this.stored = shelf.keep(this.shelf, this.name, { values, base: this.base, dirty: this.dirty });
  }

  // The server has it now (autosave.js): the copy stays, in case another tab overwrites that draft.
  onServer(at) {
    this.base = at;
    this.dirty = false;
    this.first = read(this.form);
    this.stored = shelf.keep(this.shelf, this.name, { values: this.first, base: at, dirty: false });
  }

  discard() {
    shelf.drop(this.shelf, this.name);
    write(this.form, this.first);
    this.dirty = false;
    for (const note of this.form.querySelectorAll('[data-draft-note]')) note.hidden = true;
  }

  // Whether something stands here that is kept nowhere: what no copy ever holds, or what found no room.
  get unsaved() {
    const bare = unkept(this.form).some((each) => (each.type === 'file' ? each.files.length : each.value !== each.defaultValue)
      || ('draftFresh' in this.form.dataset && each.value));
    return !('sending' in this.form.dataset) && (bare || (this.dirty && !this.stored));
  }
}

function when(at) {
  const parts = { weekday: 'short', hour: '2-digit', minute: '2-digit' };
  return new Date(at).toLocaleString(document.documentElement.lang, parts);
}

function forgetEntry(copy, entry, list) {
  if (copy.key) shelf.dropCopy(copy);
  entry.remove();
  if (!list.querySelector('[data-draft-drop]')) list.hidden = true;
}

function arm(form) {
  const draft = new Draft(form);
  open.set(form, draft);
  draft.begin();
  const typed = ({ target }) => {
    if (target.type !== 'file' && !target.closest?.('[data-private]')) draft.typed();
  };
  form.addEventListener('input', typed);
  form.addEventListener('change', typed);
  form.addEventListener('draft:kept', ({ detail }) => draft.onServer(detail.at));
  window.addEventListener('storage', (event) => {
    if (draft.dirty && shelf.taken(event, draft.shelf, draft.name)) draft.save();
  });
  for (const button of form.querySelectorAll('[data-draft-discard]')) {
    button.addEventListener('click', () => draft.discard());
  }
}

// Copies of forms that this page does not show: a link where the form is one step away, else the words for copying.
function showLeft(section) {
  const beginning = section.dataset.draftLeft;
  const here = new Set([...document.querySelectorAll('form[data-draft]')].map((form) => form.dataset.draft));
  const left = shelf.copies(shelfOf(section), beginning).filter((each) => !here.has(each.name) && words(each.values).length);
  for (const [number, copy] of left.entries()) {
    const entry = section.querySelector('template').content.firstElementChild.cloneNode(true);
    const text = entry.querySelector('textarea');
    text.value = words(copy.values).join('\n\n');
    text.id = `tersimpan-${number + 1}`;
    entry.querySelector('[data-copy]').dataset.copy = `#${text.id}`;
    const way = entry.querySelector('[data-draft-way]');
    way.hidden = !document.querySelector(`a[href="${CSS.escape(copy.name)}"]`);
    way.href = copy.name;
    entry.querySelector('[data-draft-drop]').addEventListener('click', () => forgetEntry(copy, entry, section));
    section.append(entry);
  }
  section.hidden = !left.length;
}

/** Whether the forms under a beginning of names hold anything that was not sent. */
export const unsent = (element, beginning) => shelf.copies(shelfOf(element), beginning)
  .filter((each) => each.dirty && words(each.values).length);

/** Throws away every copy of a person whose form's name begins so. */
export function forget(element, beginning) {
  for (const copy of shelf.copies(shelfOf(element), beginning)) shelf.dropCopy(copy);
}

/** Restores and keeps the drafts of the forms under `root`, and forgets those that were sent. */
export function armDrafts(root) {
  for (const sent of root.querySelectorAll('[data-draft-sent]')) {
    const copy = shelf.own(shelfOf(sent), sent.dataset.draftSent);
    const equal = copy ? shelf.copies(shelfOf(sent), `${sent.dataset.draftSent}#`).filter((each) => same(each.values, copy.values)) : [];
    for (const each of equal) shelf.dropCopy(each);
  }
  for (const gone of root.querySelectorAll('[data-draft-forget]')) forget(gone, gone.dataset.draftForget);
  for (const form of root.querySelectorAll('form[data-draft]')) if (!open.has(form)) arm(form);
  for (const section of root.querySelectorAll('[data-draft-left]')) {
    if (!('shown' in section.dataset)) {
      section.dataset.shown = '';
      showLeft(section);
    }
  }
}

/** Asks before a page is left on which something stands that is kept neither here nor on the server. */
export function armLeaving() {
  shelf.sweep();
  window.addEventListener('beforeunload', (event) => {
    if ([...open.values()].some((draft) => draft.form.isConnected && draft.unsaved)) event.preventDefault();
  });
}
