// Draws a procedure with where an instance stands. The page gives an element with
//   data-diagram            the address of the BPMN file
//   data-state              JSON, or data-state-from: the address of JSON:
//     {"tokens": {element: number}, "path": [element or flow, ...], "counts": {element: number}, "incidents": [element]}
//   data-zoom-in, data-zoom-out, data-zoom-fit, data-failed   the labels of the buttons and of a failure
// Rows of the page marked data-element="id" and the shapes point at each other.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { armPaper } from './paper.js';

const READABLE = 0.8; // at this zoom the labels can be read
const STRIDE = 80; // pixels that an arrow key moves the drawing
const CLOSER = 1.25;
const MARKS = { tokens: 'has-token', path: 'on-path', incidents: 'has-incident' };

async function fetched(address) {
  const answer = await fetch(address, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.text();
}

async function stateOf({ dataset }) {
  const text = dataset.stateFrom ? await fetched(dataset.stateFrom) : (dataset.state ?? '{}');
  return JSON.parse(text);
}

function badge(text, kind) {
  const element = document.createElement('span');
  element.className = `diagram-badge diagram-badge-${kind}`;
  element.textContent = text;
  return element;
}

function mark(viewer, state) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const shapes = viewer.get('elementRegistry');
  for (const [part, marker] of Object.entries(MARKS)) {
    const ids = Array.isArray(state[part]) ? state[part] : Object.keys(state[part] ?? {});
    // An instance may stand on an older version: what this drawing does not show is in the list below it.
    for (const id of ids.filter((each) => shapes.get(each))) canvas.addMarker(id, marker);
  }
  for (const [id, count] of Object.entries(state.counts ?? {})) {
    const shape = shapes.get(id);
    if (shape && !shape.waypoints) overlays.add(id, { position: { bottom: 10, left: -10 }, html: badge(`${count}×`, 'count') });
  }
  for (const [id, count] of Object.entries(state.tokens ?? {})) {
    if (shapes.get(id)) overlays.add(id, { position: { top: -12, right: 12 }, html: badge(count > 1 ? `● ${count}` : '●', 'token') });
  }
  for (const id of state.incidents ?? []) {
    if (shapes.get(id)) overlays.add(id, { position: { bottom: 12, right: 12 }, html: badge('!', 'incident') });
  }
}

/** Whether the drawing has a place on the page; before its styles arrive, or while it is hidden, it has none. */
function placed(canvas) {
  const { outer } = canvas.viewbox();
  return outer.width > 0 && outer.height > 0;
}

function fit(canvas) {
  if (placed(canvas)) canvas.zoom('fit-viewport', 'auto');
}

/** Shows where the case stands, large enough to read; the whole drawing where it stands nowhere or fits anyway. */
function goTo(viewer, state) {
  const canvas = viewer.get('canvas');
  const shapes = viewer.get('elementRegistry');
  if (!placed(canvas)) return;
  fit(canvas);
  const shape = [...(state.incidents ?? []), ...Object.keys(state.tokens ?? {})].map((id) => shapes.get(id)).find(Boolean);
  if (!shape || canvas.zoom() >= READABLE) return;
  const { outer } = canvas.viewbox();
  const [width, height] = [outer.width / READABLE, outer.height / READABLE];
  canvas.viewbox({ x: shape.x + shape.width / 2 - width / 2, y: shape.y + shape.height / 2 - height / 2, width, height });
}

function button(label, action) {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'btn btn-sm';
  element.textContent = label;
  element.addEventListener('click', action);
  return element;
}

function zoom(canvas, factor) {
  canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom() * factor)), 'auto');
}

/** Moves and zooms the focused drawing: arrows, plus, minus, and 0 for the whole. */
function keys(svg, canvas) {
  const acts = {
    ArrowLeft: () => canvas.scroll({ dx: STRIDE, dy: 0 }),
    ArrowRight: () => canvas.scroll({ dx: -STRIDE, dy: 0 }),
    ArrowUp: () => canvas.scroll({ dx: 0, dy: STRIDE }),
    ArrowDown: () => canvas.scroll({ dx: 0, dy: -STRIDE }),
    '+': () => zoom(canvas, CLOSER),
    '=': () => zoom(canvas, CLOSER),
    '-': () => zoom(canvas, 1 / CLOSER),
    0: () => fit(canvas),
  };
  svg.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
}

function tools(host, viewer) {
  const canvas = viewer.get('canvas');
  const bar = document.createElement('div');
  bar.className = 'diagram-tools';
  bar.append(
    button(host.dataset.zoomIn ?? '+', () => zoom(canvas, CLOSER)),
    button(host.dataset.zoomOut ?? '−', () => zoom(canvas, 1 / CLOSER)),
    button(host.dataset.zoomFit ?? '⤢', () => fit(canvas)),
  );
  host.before(bar);
}

function point(viewer) {
  const canvas = viewer.get('canvas');
  const shapes = viewer.get('elementRegistry');
  const rowOf = (id) => document.querySelector(`[data-element="${CSS.escape(id)}"]`);
  viewer.on('element.click', ({ element }) => {
    document.querySelectorAll('.is-pointed').forEach((row) => row.classList.remove('is-pointed'));
    const row = rowOf(element.id);
    row?.classList.add('is-pointed');
    row?.scrollIntoView({ block: 'nearest' });
  });
  for (const row of document.querySelectorAll('[data-element]')) {
    const id = row.dataset.element;
    if (!shapes.get(id)) continue;
    for (const name of ['pointerenter', 'focusin']) row.addEventListener(name, () => canvas.addMarker(id, 'is-pointed'));
    for (const name of ['pointerleave', 'focusout']) row.addEventListener(name, () => canvas.removeMarker(id, 'is-pointed'));
  }
}

async function draw(host) {
  const viewer = new NavigatedViewer({ container: host });
  try {
    const [xml, state] = await Promise.all([fetched(host.dataset.diagram), stateOf(host)]);
    await viewer.importXML(xml);
    const canvas = viewer.get('canvas');
    const svg = host.querySelector('.djs-container svg');
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', host.getAttribute('aria-label') ?? '');
    goTo(viewer, state);
    mark(viewer, state);
    tools(host, viewer);
    keys(svg, canvas);
    point(viewer);
    armPaper(host, viewer);
    // Where the case stands stays in view when the window is turned or resized.
    new ResizeObserver(() => { canvas.resized(); goTo(viewer, state); }).observe(host);
    host.dataset.drawn = '';
  } catch (error) {
    viewer.destroy();
    host.classList.add('diagram-failed');
    host.textContent = host.dataset.failed ?? String(error.message);
  }
}

document.querySelectorAll('[data-diagram]').forEach(draw);
