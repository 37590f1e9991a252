// <input data-button="Teruskan ke {target_opd}"> gives the form's <button data-verb> its words while it is chosen; the
// words in braces are other answers. Without a script the button keeps the plain word that is true of every choice.

const PLACE = /\{([a-z][a-z0-9_]*)\}/g;
const LONGEST = 40;

function answer(form, key) {
  const control = form.elements[key];
  const label = form.querySelector(`label[for="f-${key}"]`)?.firstChild?.textContent.trim() ?? '';
  if (control instanceof HTMLSelectElement) {
    if (!control.value) return label;
    return 'short' in control.dataset ? control.value : control.selectedOptions[0].textContent.trim();
  }
  const typed = control?.value?.trim() ?? '';
  return typed && typed.length <= LONGEST ? typed : label;
}

// Of several choices with words of their own the last one in view decides, as it is asked last.
function words(form) {
  const chosen = [...form.querySelectorAll('[data-button]:checked:not(:disabled)')].at(-1);
  return chosen?.dataset.button.replace(PLACE, (_, key) => answer(form, key));
}

/** Keeps the words of each [data-verb] under `root` with what is chosen. */
export function armVerbs(root) {
  for (const button of root.querySelectorAll('form [data-verb]')) {
    const form = button.closest('form');
    const label = button.querySelector('[data-label]') ?? button;
    const plain = label.textContent;
    const refresh = () => { label.textContent = words(form) ?? plain; };
    if (!('verbs' in form.dataset)) {
      form.dataset.verbs = '';
      form.addEventListener('input', refresh);
      form.addEventListener('reset', () => setTimeout(refresh));
      form.addEventListener('draft:restored', refresh);
    }
    refresh();
  }
}
