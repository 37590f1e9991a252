// A procedure's drawing in its window: first at a size that can be read, where the case stands or the procedure begins;
// smaller and larger, and whole as an overview. Links to #gambar-<element> bring that element into the middle.
const READABLE = 1; // at this scale the smallest letters are 12 pixels high
const CLOSER = 1.25;
const MOST = 4;
const LINKS = 'a[href^="#gambar-"]';

function armDrawing(figure) {
  const view = figure.querySelector('.drawing-window');
  const svg = view.querySelector('svg');
  const { width, height } = svg.viewBox.baseVal;
  const titles = [...svg.querySelectorAll('[data-title]')];
  let scale = READABLE;

  const whole = () => Math.min(READABLE, view.clientWidth / width, view.clientHeight / height);

  /** Draws at another scale; what was in the middle of the window stays there. */
  function draw(wanted) {
    const next = Math.min(MOST, Math.max(whole(), wanted));
    const [x, y] = [view.scrollLeft + view.clientWidth / 2, view.scrollTop + view.clientHeight / 2];
    svg.setAttribute('width', width * next);
    svg.setAttribute('height', height * next);
    const grown = next / scale;
    scale = next;
    view.scrollTo(x * grown - view.clientWidth / 2, y * grown - view.clientHeight / 2);
  }

  /** Keeps the titles of the lanes at the left edge of the window. */
  function follow() {
    const left = view.scrollLeft / scale + svg.viewBox.baseVal.x;
    for (const title of titles) {
      title.setAttribute('transform', `translate(${Math.max(0, left - title.firstElementChild.x.baseVal.value)})`);
    }
  }

  const acts = {
    in: () => draw(scale < READABLE ? READABLE : scale * CLOSER), // out of the overview straight to what can be read
    out: () => draw(scale / CLOSER),
    whole: () => draw(0),
  };
  const keys = { '+': acts.in, '=': acts.in, '-': acts.out, 0: acts.whole };

  /** Brings a shape into the middle of the window, or as far down in it as `share` says. */
  function show(id, share = 0.5) {
    const shape = document.getElementById(id);
    if (!shape || !view.contains(shape)) return;
    draw(Math.max(scale, READABLE));
    const [its, ours] = [shape.getBoundingClientRect(), view.getBoundingClientRect()];
    view.scrollBy(its.x + its.width / 2 - ours.x - ours.width / 2, its.y + its.height / 2 - ours.y - ours.height * share);
  }

  /** Marks one shape and the rows of the page that speak of it. */
  function point(id) {
    document.querySelectorAll('.is-pointed').forEach((each) => each.classList.remove('is-pointed'));
    const rows = [...document.querySelectorAll(LINKS)].filter((link) => link.hash === `#${id}`);
    for (const row of rows) row.closest('tr, li')?.classList.add('is-pointed');
    document.getElementById(id)?.classList.add('is-pointed');
    return rows;
  }

  document.addEventListener('click', (event) => {
    const link = event.target.closest(LINKS);
    if (!link) return;
    event.preventDefault();
    const id = decodeURIComponent(link.hash.slice(1));
    point(id);
    figure.scrollIntoView({ block: 'nearest' });
    show(id);
  });
  svg.addEventListener('click', ({ target }) => {
    const shape = target.closest('[id^="gambar-"]');
    if (!shape) return;
    const [row] = point(shape.id);
    if (scale < READABLE) show(shape.id);
    else row?.scrollIntoView({ block: 'nearest' });
  });
  view.addEventListener('scroll', follow);
  view.addEventListener('pointermove', ({ buttons, pointerType, movementX, movementY }) => {
    if (buttons === 1 && pointerType === 'mouse') view.scrollBy(-movementX, -movementY);
  });
  view.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  for (const button of figure.querySelectorAll('[data-zoom]')) button.addEventListener('click', acts[button.dataset.zoom]);
  show(`gambar-${figure.dataset.drawing}`, 0.3); // what follows lies to the right and below
}

export function armDrawings() {
  document.querySelectorAll('[data-drawing]').forEach(armDrawing);
}
