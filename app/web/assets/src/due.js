// The explanation of a due time, <details class="due-why">: a tap opens it (the browser's own doing), so does resting
// the mouse on the due time, and Escape or a tap elsewhere closes it again. A page that comes to the front again after a
// while asks the server what is left now; nothing is counted here.

const REST = 400; // milliseconds the mouse must rest
const STALE = 60_000; // milliseconds after which what a page says is left may be another number

/** Listens for the whole page, so that rows which arrive later are covered. */
export function armDue() {
  armRenewal();
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

/** What is left was true when the page was made: a page left open overnight says so anew when somebody looks at it. */
function armRenewal() {
  let asked = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || Date.now() - asked < STALE) return;
    asked = Date.now();
    for (const source of document.querySelectorAll('[data-due-source]')) renew(source);
  });
}

async function renew(source) {
  const answer = await fetch(source.dataset.dueSource, { headers: { Accept: 'application/json' } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return; // signed out, or the task is done: the next click will say so
  const { chips } = await answer.json();
  for (const place of source.querySelectorAll('[data-due]')) {
    const chip = place.querySelector('[data-due-chip]');
    if (chip && chips[place.dataset.due]) chip.innerHTML = chips[place.dataset.due];
  }
}
