// The explanation of a due time, <details class="due-why">: a tap opens it (the browser's own doing), so does resting
// the mouse on the due time, and Escape or a tap elsewhere closes it again.

const REST = 400; // milliseconds the mouse must rest

/** Listens for the whole page, so that rows which arrive later are covered. */
export function armDue() {
  let waiting;
  document.addEventListener('pointerover', ({ target, pointerType }) => {
    clearTimeout(waiting);
    if (pointerType !== 'mouse') return;
    const due = target.closest?.('.due');
    for (const open of document.querySelectorAll('.due-why[data-hovered]')) {
      if (!due?.contains(open)) close(open);
    }
    const why = due?.querySelector('.due-why');
    if (why && !why.open) {
      waiting = setTimeout(() => {
        why.dataset.hovered = '';
        why.open = true;
      }, REST);
    }
  });
  document.addEventListener('click', ({ target }) => {
    const own = target.closest?.('.due-why');
    if (own) delete own.dataset.hovered;
    for (const open of document.querySelectorAll('.due-why[open]')) {
      if (open !== own) close(open);
    }
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') document.querySelectorAll('.due-why[open]').forEach(close);
  });
}

function close(why) {
  const hadFocus = why.contains(document.activeElement);
  why.open = false;
  delete why.dataset.hovered;
  if (hadFocus) why.querySelector('summary')?.focus();
}
