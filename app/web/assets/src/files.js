// <input type="file" data-largest="bytes" data-too-large="Too large:">: a file that would be refused is left out and named
// at once, before anybody waits for it to be sent.

function check(input) {
  const large = [...input.files].filter((file) => file.size > input.dataset.largest);
  let note = input.parentElement.querySelector('[data-left-out]');
  if (!large.length) {
    note?.remove();
    return;
  }
  const rest = new DataTransfer();
  for (const file of input.files) if (!large.includes(file)) rest.items.add(file);
  input.files = rest.files;
  if (!note) {
    note = document.createElement('p');
    note.className = 'error';
    note.dataset.leftOut = '';
    note.setAttribute('role', 'alert');
    input.after(note);
  }
  note.textContent = `${input.dataset.tooLarge} ${large.map((file) => file.name).join(', ')}`;
}

/** Listens for the whole page, so that fields which arrive later are covered. */
export function armFiles() {
  document.addEventListener('change', ({ target }) => {
    if (target.matches?.('input[type=file][data-largest]')) check(target);
  });
}
