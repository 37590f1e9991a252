// Puts the live drawing on paper: whole, then in parts large enough to read, with the marks that it has on the screen.
const READABLE = 1_100; // width of a part in the drawing's own measure; printed on 165 mm its labels are 6 points high
const OVERLAP = 0.04; // of a part, so that what is cut at one edge is whole in the neighbour
const MARGIN = 20;
const AREAS = new Set(['bpmn:Participant', 'bpmn:Lane', 'bpmn:Collaboration', 'bpmn:Process', 'label']);

/** The parts to print, by row and column; all have the proportions of the whole, and a shape's middle in them. */
function parts({ x, y, width, height }, shapes) {
  const across = Math.ceil(width / READABLE);
  if (across < 2) return [];
  const [w, h] = [(width / across) * (1 + OVERLAP), (height / across) * (1 + OVERLAP)];
  const at = (index, step, size) => Math.max(0, Math.min(index * step - (size - step) / 2, step * across - size));
  const rows = [...Array(across).keys()];
  const all = rows.flatMap((row) => rows.map((column) => ({
    row: row + 1, column: column + 1, width: w, height: h,
    x: x + at(column, width / across, w), y: y + at(row, height / across, h),
  })));
  return all.filter((part) => shapes.some((each) => {
    const [left, top] = [each.x + each.width / 2 - part.x, each.y + each.height / 2 - part.y];
    return left >= 0 && left <= w && top >= 0 && top <= h;
  }));
}

function sheet(svg, { x, y, width, height }, words) {
  const place = document.createElement('div');
  place.className = words ? 'drawing-part' : 'drawing-part drawing-whole';
  place.append(drawn(svg, { x, y, width, height }));
  if (words) place.append(Object.assign(document.createElement('p'), { textContent: words }));
  return place;
}

function drawn(svg, { x, y, width, height }) {
  const copy = svg.cloneNode(true);
  copy.querySelector('.viewport')?.removeAttribute('transform');
  copy.setAttribute('viewBox', `${x} ${y} ${width} ${height}`);
  for (const name of ['style', 'width', 'height', 'tabindex', 'aria-label']) copy.removeAttribute(name);
  copy.setAttribute('aria-hidden', 'true');
  return copy;
}

/** The rectangle that everything drawn fills, whatever of it is in view. */
function frameOf(all) {
  const points = all.flatMap((each) => each.waypoints
    ?? (each.width ? [each, { x: each.x + each.width, y: each.y + each.height }] : []));
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN];
  return { x: left, y: top, width: Math.max(...xs) + MARGIN - left, height: Math.max(...ys) + MARGIN - top };
}

/** Prints what the viewer shows in `host`, whatever part of it is in view. */
export function armPaper(host, viewer) {
  const all = viewer.get('elementRegistry').getAll();
  const shapes = all.filter((each) => !each.waypoints && !AREAS.has(each.type));
  const frame = frameOf(all);
  let paper = null;
  window.addEventListener('beforeprint', () => {
    if (paper) return;
    const svg = host.querySelector('.djs-container svg');
    paper = document.createElement('div');
    paper.className = 'diagram-paper djs-container drawing-parts';
    const said = (part) => (host.dataset.part ?? '').replace('{row}', part.row).replace('{column}', part.column) || '–';
    paper.append(sheet(svg, frame), ...parts(frame, shapes).map((part) => sheet(svg, part, said(part))));
    host.before(paper);
  });
  window.addEventListener('afterprint', () => {
    paper?.remove();
    paper = null;
  });
}
