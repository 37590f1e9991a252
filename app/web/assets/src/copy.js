// <button data-copy="#number" data-done="Tersalin"> copies the text of an element; <button data-print> prints the page.
// Both are marked .needs-script, which keeps them out of sight where no script runs.

function say(button) {
  const label = button.querySelector('[data-label]') ?? button;
  const before = label.textContent;
  if (!button.dataset.done || before === button.dataset.done) return;
  button.setAttribute('aria-live', 'polite');
  label.textContent = button.dataset.done;
  setTimeout(() => { label.textContent = before; }, 2000);
}

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  const text = (source?.value ?? source?.textContent ?? '').trim();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https there is no clipboard: select the text, so that Ctrl+C takes it.
    if (source?.select) source.select();
    else window.getSelection().selectAllChildren(source);
    return;
  }
  say(button);
}

/** Answers clicks on copy and print buttons, also on those that arrive later. */
export function armCopying() {
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-copy], [data-print]');
    if (!button) return;
    event.preventDefault();
    if ('print' in button.dataset) window.print();
    else copy(button);
  });
}
