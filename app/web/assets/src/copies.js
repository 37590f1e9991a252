// The copies of typed forms that this browser keeps, each for a person (shelf), a form (name) and a tab, so that two tabs
// never write over each other. A copy: { at, name, values, base, dirty }; `base` is the server's draft it was typed on,
// `dirty` says that the server does not have it yet. After a week a copy is thrown away.

const WEEK = 7 * 24 * 3600 * 1000;
const BEGINNING = 'alur:draft:';
const TAB = 'alur:tab';
const random = () => Math.random().toString(36).slice(2, 12);
const page = random();
let tab = tabOf();

function store(kind = 'localStorage') {
  try {
    return window[kind]; // throws where the browser forbids storage
  } catch {
    return null;
  }
}

function tabOf() {
  const known = store('sessionStorage')?.getItem(TAB);
  const found = known ?? random();
  if (!known) rename(found);
  return found;
}

function rename(found) {
  tab = found;
  try {
    store('sessionStorage')?.setItem(TAB, found);
  } catch {
    // Without it a reloaded page counts as another tab: its copy is found all the same.
  }
}

// A tab that was duplicated brings the name of its original along: whoever comes second takes another one.
function tellApart() {
  if (!('BroadcastChannel' in window)) return;
  const channel = new BroadcastChannel(TAB);
  channel.onmessage = ({ data }) => {
    if (data.page === page || data.tab !== tab) return;
    if (data.taken) rename(random());
    else channel.postMessage({ tab, page, taken: true });
  };
  channel.postMessage({ tab, page });
}

const keyOf = (shelf, name) => `${BEGINNING}${shelf}:${name}#${tab}`;

function parsed(key) {
  try {
    const copy = JSON.parse(store().getItem(key));
    return copy.values && Date.now() - copy.at < WEEK ? { ...copy, key } : null;
  } catch {
    return null;
  }
}

/** This tab's own copy of a form. */
export const own = (shelf, name) => parsed(keyOf(shelf, name));

/** Every copy of a person whose form's name begins so, the newest first. */
export function copies(shelf, beginning) {
  return Object.keys(store() ?? {})
    .filter((key) => key.startsWith(`${BEGINNING}${shelf}:${beginning}`))
    .map(parsed).filter(Boolean).sort((one, other) => other.at - one.at);
}

/** Keeps this tab's copy; false where the browser does not let it. */
export function keep(shelf, name, copy) {
  try {
    store().setItem(keyOf(shelf, name), JSON.stringify({ at: Date.now(), name, ...copy }));
    return true;
  } catch {
    return false; // no storage, or it is full
  }
}

/** Keeps a copy beside this tab's own one. */
export function keepBeside(shelf, name, copy) {
  try {
    store().setItem(`${BEGINNING}${shelf}:${name}#${random()}`, JSON.stringify({ at: Date.now(), name, ...copy }));
  } catch {
    // As above: then only what stands on the page is left.
  }
}

/** Throws this tab's copy of a form away. */
export const drop = (shelf, name) => store()?.removeItem(keyOf(shelf, name));

/** Throws one copy away. */
export const dropCopy = (copy) => store()?.removeItem(copy.key);

/** Whether an event of the storage says that another tab threw this tab's copy away. */
export const taken = (event, shelf, name) => event.key === keyOf(shelf, name) && event.newValue === null;

/** Throws away what is older than a week or cannot be read, whoever it was of. */
export function sweep() {
  for (const key of Object.keys(store() ?? {})) {
    if (key.startsWith(BEGINNING) && !parsed(key)) store().removeItem(key);
  }
}

tellApart();
