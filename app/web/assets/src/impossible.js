// <input type="date" data-bad="sentence">: a date that does not exist (31/11) reaches the server as nothing at all. It is
// said at the field instead, before the form is sent.

function said(control) {
  let note = document.getElementById(`b-${control.id}`);
  if (!note) {
    note = document.createElement('p');
    note.id = `b-${control.id}`;
    note.className = 'error';
    note.setAttribute('role', 'alert');
    control.before(note);
  }
  return note;
}

function clear(control) {
  document.getElementById(`b-${control.id}`)?.remove();
}

/** Keeps a form with an impossible date from being sent; comes before whatever else listens to sending. */
export function armImpossible() {
  document.addEventListener('submit', (event) => {
    const wrong = [...event.target.elements].filter((each) => each.dataset?.bad && each.validity.badInput);
    for (const control of wrong) said(control).textContent = control.dataset.bad;
    if (!wrong.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wrong[0].closest('details')?.setAttribute('open', '');
    wrong[0].focus();
  }, true);
  document.addEventListener('input', ({ target }) => {
    if (target.dataset?.bad && !target.validity.badInput) clear(target);
  });
}
