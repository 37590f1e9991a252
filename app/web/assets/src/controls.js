// What stands in the controls of a form, as a value that can be kept and put back.
// Never kept: passwords, files, hidden fields and whatever stands in an element marked data-private.

const NEVER = ['password', 'file', 'hidden', 'submit', 'button', 'reset'];
const BOXES = ['checkbox', 'radio'];
const CODE = /^(?:[a-z0-9_]*|[A-Z0-9_-]*|\d{4}-\d\d-\d\d)$/; // the value of a choice, not words

/** The controls of a form that a copy holds. */
export const kept = (form) => [...form.elements].filter(
  (each) => each.name && !NEVER.includes(each.type) && !each.closest('[data-private]'),
);

/** The texts and files that people give and no copy ever holds. */
export const unkept = (form) => [...form.elements].filter((each) => each.name && each.type !== 'hidden'
  && (each.type === 'file' || (each.closest('[data-private]') && 'defaultValue' in each && !BOXES.includes(each.type))));

/** Name -> list of texts. */
export function read(form) {
  const values = {};
  for (const control of kept(form)) {
    const list = (values[control.name] ??= []);
    if (BOXES.includes(control.type)) {
      if (control.checked) list.push(control.value);
    } else if (control.type === 'select-multiple') {
      list.push(...[...control.selectedOptions].map((option) => option.value));
    } else {
      list.push(control.value);
    }
  }
  return values;
}

/** Puts values back; a folded part that holds something is opened, so that nothing is sent unseen. */
export function write(form, values) {
  const used = {};
  for (const control of kept(form)) {
    const list = values[control.name];
    if (!list) continue;
    if (BOXES.includes(control.type)) {
      control.checked = list.includes(control.value);
    } else if (control.type === 'select-multiple') {
      for (const option of control.options) option.selected = list.includes(option.value);
    } else {
      used[control.name] = (used[control.name] ?? -1) + 1;
      control.value = list[used[control.name]] ?? '';
    }
    const folded = control.closest('details');
    if (folded && list.some(Boolean)) folded.open = true;
  }
  form.dispatchEvent(new CustomEvent('draft:restored'));
}

/** The words among values, without what was only chosen. */
export const words = (values) => Object.values(values).flat().filter((text) => text.trim() && !CODE.test(text.trim()));
