// A form is sent once, however often its button is pressed, and stays where it is while there is no connection; a refused
// form shows its list of errors first.

/** Guards every form with method post, leads back from [data-back], and moves the focus to [data-error-summary] when a page brings one. */
export function armSending() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post' || form.target === '_blank') return;
    const offline = document.querySelector('[data-offline]');
    if ('sending' in form.dataset || (offline && navigator.onLine === false)) {
      event.preventDefault();
      if (offline) offline.hidden = 'sending' in form.dataset;
      return;
    }
    form.dataset.sending = '';
    form.setAttribute('aria-busy', 'true');
  });
  // A page that comes back from the browser's memory may be sent again.
  window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sending]')) {
      delete form.dataset.sending;
      form.removeAttribute('aria-busy');
    }
  });
  // Going back keeps what was typed; the address of the link would bring the form empty.
  document.addEventListener('click', (event) => {
    if (!event.target.closest?.('[data-back]') || history.length < 2) return;
    event.preventDefault();
    history.back();
  });
  document.querySelector('[data-error-summary]')?.focus();
}
