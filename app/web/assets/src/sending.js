// A form is sent once, however often its button is pressed; a refused form shows its list of errors first.

/** Guards every form with method post, leads back from [data-back], and moves the focus to [data-error-summary] when a page brings one. */
export function armSending() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post' || form.target === '_blank') return;
    if ('sending' in form.dataset) {
      event.preventDefault();
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
