// <p data-unreached="f-phone" data-reached="f-email"> says that we cannot write to the contact in one field. With a script
// it shows only while that field is filled and none of the fields whose contact we do reach.

function filled(id) {
  return Boolean(document.getElementById(id)?.value.trim());
}

/** Shows and hides the notes under `root` while somebody types. */
export function armReach(root) {
  for (const note of root.querySelectorAll('[data-unreached]')) {
    const { unreached, reached = '' } = note.dataset;
    const others = reached.split(' ').filter(Boolean);
    const look = () => { note.hidden = !filled(unreached) || others.some(filled); };
    for (const id of [unreached, ...others]) document.getElementById(id)?.addEventListener('input', look);
    look();
  }
}
