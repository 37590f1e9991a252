// Before a shared machine is left (signing out, closing a complaint's page): what was typed and not sent is asked about.
// <form data-closing="#panel" data-shelf="person" data-closing-beginning="names">; the panel, hidden until needed, holds
// buttons data-answer="drop" (throw it away and go), "keep" (leave it for me and go) and "stay".
import { saveNow } from './autosave.js';
import { forget, unsent } from './draft.js';

const PATIENCE = 3000; // milliseconds for the server to keep what stands on the page
const later = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

function ask(form, panel) {
  panel.hidden = false;
  panel.scrollIntoView({ block: 'nearest' });
  panel.querySelector('[data-answer]').focus();
  panel.onclick = ({ target }) => {
    const answer = target.closest('[data-answer]')?.dataset.answer;
    if (!answer) return;
    panel.hidden = true;
    if (answer === 'stay') form.querySelector('button').focus();
    else go(form, answer === 'drop');
  };
}

function go(form, dropping) {
  if (dropping) forget(form, form.dataset.closingBeginning);
  form.dataset.answered = '';
  form.requestSubmit();
}

async function close(form) {
  await later(0); // a form cannot be sent again while it says that it is being sent
  await Promise.race([saveNow(), later(PATIENCE)]);
  const left = unsent(form, form.dataset.closingBeginning);
  const panel = document.querySelector(form.dataset.closing);
  if (left.length && panel) ask(form, panel);
  else go(form, true); // what the server has needs no copy here
}

/** Listens before whatever else listens to sending, so that the question comes first. */
export function armClosing() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!form.dataset.closing || 'answered' in form.dataset) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    close(form);
  }, true);
}
