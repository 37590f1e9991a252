// The keyboard in a task list: j and k move, Enter opens, c claims, / searches, ? shows the help.
// List: [data-tasks]; row: [data-task] with a link (the first, or [data-open]) and perhaps a button [data-claim];
// search field: [data-search]; help: a <details data-keys-help>; switch: a checkbox [data-keys-switch].

const SWITCH = 'alur:keys';

function switchedOff() {
  try {
    return window.localStorage.getItem(SWITCH) === 'off';
  } catch {
    return false;
  }
}

function typing(target) {
  return target.closest?.('input, select, textarea, [contenteditable], dialog') !== null;
}

function rows() {
  return [...document.querySelectorAll('[data-tasks] [data-task]')];
}

function linkOf(row) {
  return row.querySelector('[data-open]') ?? row.querySelector('a[href]');
}

function move(step) {
  const all = rows();
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + step))];
  if (next) {
    linkOf(next)?.focus();
    next.scrollIntoView({ block: 'nearest' });
  }
}

function claim() {
  rows().find((row) => row.contains(document.activeElement))?.querySelector('[data-claim]')?.click();
}

function search() {
  document.querySelector('[data-search]')?.focus();
}

function help() {
  const part = document.querySelector('[data-keys-help]');
  if (part) {
    part.open = !part.open;
    part.querySelector('summary')?.focus();
  }
}

const KEYS = { j: () => move(1), k: () => move(-1), c: claim, '/': search, '?': help };

/** Listens to single keys, unless somebody types, holds a modifier or has switched the keys off (WCAG 2.1.4). */
export function armKeys() {
  for (const box of document.querySelectorAll('[data-keys-switch]')) {
    box.checked = !switchedOff();
    box.addEventListener('change', () => {
      try {
        window.localStorage.setItem(SWITCH, box.checked ? 'on' : 'off');
      } catch {
        // Without storage the choice holds for this page only.
      }
    });
  }
  document.addEventListener('keydown', (event) => {
    const action = KEYS[event.key];
    if (!action || !document.querySelector('[data-tasks]')) return;
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const box = document.querySelector('[data-keys-switch]');
    if (box ? !box.checked : switchedOff()) return;
    event.preventDefault();
    action();
  });
}
