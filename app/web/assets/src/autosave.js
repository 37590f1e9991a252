// <form data-save-draft="/tugas/…/draf"> is sent there every half minute while it changes, and when its page goes out of
// sight, so that nothing typed is lost when the session ends or the machine does. What came of it stands in
// [data-draft-state]; data-not-kept is said when the server could not keep it.

const PAUSE = 30 * 1000;
const MOST_AT_LEAVING = 60_000; // bytes; browsers send no more behind a page that is gone
const saves = new Map(); // form -> function that saves it now

async function send(form, leaving) {
  const typed = new FormData(form);
  for (const [name, value] of [...typed]) if (value instanceof File) typed.delete(name);
  const body = new URLSearchParams(typed);
  const answer = await fetch(form.dataset.saveDraft, {
    method: 'POST',
    body,
    headers: { Accept: 'application/json' },
    keepalive: leaving && body.toString().length < MOST_AT_LEAVING,
  });
  const json = answer.headers.get('Content-Type')?.startsWith('application/json');
  return { ok: answer.ok && json, ...(json ? await answer.json() : {}) };
}

async function save(form, leaving = false) {
  const state = form.querySelector('[data-draft-state]');
  const answer = await send(form, leaving).catch(() => ({ ok: false })); // offline: the next round tries again
  const said = answer.said ?? form.dataset.notKept ?? '';
  if (state && state.textContent !== said) state.textContent = said;
  if (answer.ok) form.dispatchEvent(new CustomEvent('draft:kept', { detail: answer }));
  return answer.ok;
}

/** Saves what the forms of the page hold; true when the server has all of it. */
export async function saveNow() {
  const answers = await Promise.all([...saves.values()].map((each) => each()));
  return answers.every(Boolean);
}

/** Arms the forms of the page. */
export function armAutosave() {
  for (const form of document.querySelectorAll('form[data-save-draft]')) {
    let changed = false;
    const now = async (leaving) => {
      if (!changed || 'sending' in form.dataset) return !changed;
      changed = false;
      if (!(await save(form, leaving))) changed = true;
      return !changed;
    };
    saves.set(form, now);
    for (const event of ['input', 'draft:restored']) form.addEventListener(event, () => { changed = true; });
    setInterval(now, PAUSE);
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && now(true));
  }
}
