// Builds what browsers load into ../static/bundle: scripts, styles, icons, fonts and the mark, each named after what it
// holds, compressed beside it as .br and .gz, and listed by its plain name in manifest.json.
import { build } from 'esbuild';
import { PurgeCSS } from 'purgecss';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const here = fileURLToPath(new URL('.', import.meta.url));
const web = fileURLToPath(new URL('..', import.meta.url));
const bundle = `${web}static/bundle`;
// Built aside and put in place when whole, so that a running service never lacks its styles.
const fresh = `${here}node_modules/.bundle`;

// Every icon that a template or a view names; a test compares this list with what they say.
const ICONS = `
  activity-heartbeat adjustments alert-circle alert-triangle archive arrow-back-up arrow-down arrow-forward-up arrow-left arrow-right arrow-up ban bell
  building calendar calendar-event chart-bar check checklist checks chevron-down chevron-right circle circle-check circle-dashed
  circle-dot circle-x clipboard-list clock clock-exclamation clock-off clock-pause copy database download equal
  external-link eye eye-off file file-text filter flag folder hand-stop help help-circle history home id info-circle
  key keyboard language layout-dashboard layout-kanban list list-check list-details lock login logout mail map-pin message
  message-circle message-report messages paperclip pencil phone photo player-pause player-play plus printer refresh
  repeat route search send settings shield shield-check shield-lock sitemap star switch-horizontal tool trash upload
  user user-check user-plus user-x users world x zoom-in zoom-out zoom-scan
`.trim().split(/\s+/);

async function sprite() {
  const symbols = await Promise.all([...new Set(ICONS)].map(async (name) => {
    const svg = await readFile(`${here}node_modules/@tabler/icons/icons/outline/${name}.svg`, 'utf8');
    const shapes = svg.replace(/<!--[^]*?-->/, '').replace(/^[^]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '');
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"`
      + ` stroke-linecap="round" stroke-linejoin="round">${shapes.replace(/\s*\n\s*/g, '')}</symbol>`;
  }));
  await named('icons.svg', `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('\n')}</svg>\n`);
}

/** Writes a file that esbuild does not build, under a name that changes with what it holds. */
async function named(name, content) {
  const sum = createHash('sha256').update(content).digest('hex').slice(0, 8).toUpperCase();
  await writeFile(`${fresh}/${name.replace(/\.(\w+)$/, `.${sum}.$1`)}`, content);
}

/** Writes .br and .gz beside what becomes smaller by it: text does, fonts are compressed already. */
async function compress(name) {
  const content = await readFile(`${fresh}/${name}`);
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
  const smaller = {
    br: await promisify(brotliCompress)(content, best),
    gz: await promisify(gzip)(content, { level: 9 }),
  };
  for (const [suffix, packed] of Object.entries(smaller)) {
    if (packed.length < content.length * 0.9) await writeFile(`${fresh}/${name}.${suffix}`, packed);
  }
}

// Tabler is 600 kB, of which our pages use a tenth: what no template, view or script names is left out.
const onlyUsedTabler = {
  name: 'only-used-tabler',
  setup({ onLoad }) {
    onLoad({ filter: /@tabler\/core\/dist\/css\/tabler\.css$/ }, async ({ path }) => {
      const [{ css }] = await new PurgeCSS().purge({
        content: [`${web}templates/**/*.html`, `${web}**/*.py`, `${here}src/*.js`],
        css: [{ raw: await readFile(path, 'utf8') }],
        variables: true,
        keyframes: true,
        safelist: { standard: [/^(is|was)-(in)?valid/, 'show', 'collapse', 'collapsed', 'active', 'disabled'] },
      });
      return { contents: css, loader: 'css' };
    });
  },
};

await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
await Promise.all([
  build({
    absWorkingDir: here,
    entryPoints: ['src/app.js', 'src/app.css'],
    outdir: fresh,
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['es2021'],
    legalComments: 'linked',
    entryNames: '[name].[hash]',
    assetNames: '[name].[hash]',
    loader: { '.woff2': 'file', '.woff': 'empty' },
    plugins: [onlyUsedTabler],
    logLevel: 'warning',
  }),
  sprite(),
  readFile(`${web}static/mark.svg`).then((mark) => named('mark.svg', mark)),
]);
const built = (await readdir(fresh)).sort();
await Promise.all(built.map(compress));
const manifest = Object.fromEntries(built.map((name) => [name.replace(/\.[0-9A-Z]{8}(?=\.)/, ''), name]));
await writeFile(`${fresh}/manifest.json`, `${JSON.stringify(manifest, null, 1)}\n`);
await rm(bundle, { recursive: true, force: true });
await rename(fresh, bundle);
