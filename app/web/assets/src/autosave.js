// <form data-save-draft="/tugas/…/draf"> is sent there every half minute while it changes, so that nothing typed is
// lost when the session ends or the machine does. What came of it is said in [data-draft-state].

const PAUSE = 30 * 1000;

async function save(form) {
  const typed = new FormData(form);
  for (const [name, value] of [...typed]) if (value instanceof File) typed.delete(name);
  try {
    const answer = await fetch(form.dataset.saveDraft, {
      method: 'POST',
      body: typed,
      headers: { Accept: 'application/json' },
    });
    const state = form.querySelector('[data-draft-state]');
    if (state && answer.headers.get('Content-Type')?.startsWith('application/json')) {
      state.textContent = (await answer.json()).said;
    }
    return answer.ok;
  } catch {
    return false; // offline: the next round tries again
  }
}

/** Arms the forms of the page. */
export function armAutosave() {
  for (const form of document.querySelectorAll('form[data-save-draft]')) {
    let changed = false;
    form.addEventListener('input', () => { changed = true; });
    form.addEventListener('submit', () => { changed = false; });
    setInterval(async () => {
      if (!changed) return;
      changed = false;
      if (!(await save(form))) changed = true;
    }, PAUSE);
  }
}
