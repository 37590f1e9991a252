// What every page loads. Pages work without it: each script below only adds comfort to marked elements.
import htmx from 'htmx.org';
import { armAutosave } from './autosave.js';
import { armClosing } from './closing.js';
import { armConditions } from './condition.js';
import { armCopying } from './copy.js';
import { armCounters } from './counter.js';
import { armDrafts, armLeaving } from './draft.js';
import { armDrawings } from './drawing.js';
import { armDue } from './due.js';
import { armFiles } from './files.js';
import { armImpossible } from './impossible.js';
import { armKeys } from './keys.js';
import { armPrinting } from './print.js';
import { armReach } from './reach.js';
import { armSending } from './sending.js';
import { armVerbs } from './verb.js';

document.documentElement.classList.add('script');

// htmx sends the token against forged requests with every change that it makes.
document.addEventListener('htmx:config:request', ({ detail }) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) {
    detail.ctx.request.headers['X-CSRFToken'] = token;
  }
});

function armParts(root) {
  armConditions(root);
  armCounters(root);
  armDrafts(root);
  armVerbs(root);
  armReach(root); // after the drafts, which may fill a field
}

armImpossible();
armClosing();
armAutosave();
armCopying();
armDrawings();
armDue();
armFiles();
armKeys();
armLeaving();
armPrinting();
armSending();
armParts(document);
document.addEventListener('htmx:after:swap', () => armParts(document));

window.htmx = htmx;
