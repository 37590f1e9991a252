// [data-count-of="id"] says how much of a text's length is used. Counted is what the server counts (form_values.py): each
// character once, also those that lie outside of the basic plane, a line break as one, outer blanks not at all.

const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const PAUSE = 1000; // milliseconds without a key after which the count is read aloud

/** The number of characters that the server counts in a text; `lines` for a field of several lines. */
export function length(text, lines) {
  const plain = text.replace(/\r\n?/g, '\n').replace(/\t/g, ' ');
  return [...(lines ? plain : plain.replace(/\n/g, ' ')).replace(CONTROLS, '').trim()].length;
}

function say(counter, control) {
  const { longest, least, left, over, under } = counter.dataset;
  const used = length(control.value, control.localName === 'textarea');
  const number = (count) => count.toLocaleString(document.documentElement.lang);
  const missing = used && used < Number(least ?? 0);
  const words = used > Number(longest) ? over.replace('{n}', number(used - longest))
    : missing ? under.replace('{n}', number(least - used)) : left.replace('{n}', number(longest - used));
  counter.classList.toggle('form-count-over', used > Number(longest));
  counter.textContent = words;
  return words;
}

/** Arms the counters under `root`; the words of the page stay until somebody types. */
export function armCounters(root) {
  for (const counter of root.querySelectorAll('[data-count-of]')) {
    const control = document.getElementById(counter.dataset.countOf);
    if (!control || 'counting' in counter.dataset) continue;
    counter.dataset.counting = '';
    const region = document.createElement('span');
    region.className = 'visually-hidden';
    region.setAttribute('role', 'status');
    counter.after(region);
    let waiting;
    control.addEventListener('input', () => {
      const words = say(counter, control);
      clearTimeout(waiting);
      waiting = setTimeout(() => { region.textContent = words; }, PAUSE);
    });
    control.form?.addEventListener('draft:restored', () => say(counter, control));
    if (control.value) say(counter, control);
  }
}
