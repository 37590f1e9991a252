// Shows and hides the fields of a form while it is filled in: <div data-hide="=decision = "return"">...</div>.
// The server decides again with the same expression; what this mirror cannot read stays visible.

// Maps, not objects: a field may be called `constructor`.
const WORDS = new Map(Object.entries(
  { and: '&&', or: '||', not: '!', eq: '==', ne: '!=', gt: '>', ge: '>=', lt: '<', le: '<=', '=': '==' },
));
const CONSTANTS = new Map(Object.entries(
  { true: true, false: false, null: null, True: true, False: false, None: null },
));
const LEVELS = [['||'], ['&&'], ['==', '!=', '<', '<=', '>', '>=', 'in']];
const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|([A-Za-z_]\w*)|(&&|\|\||[=!<>]=|[=<>!()[\],]))/y;

/** The expression as a function of the answers; throws SyntaxError for what is not in the small language. */
export function compile(text) {
  const tokens = tokenise(text.trim().replace(/^=(?!=)/, '').replace(/^[$#]\{([^]*)\}$/, '$1'));
  const tree = level(tokens, 0);
  if (tokens.length) {
    throw new SyntaxError(`unexpected ${tokens[0].value}`);
  }
  return tree;
}

function tokenise(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const found = TOKEN.exec(text);
    if (!found) {
      throw new SyntaxError(text);
    }
    const [, number, string, name, sign] = found;
    if (number !== undefined) tokens.push({ kind: 'value', value: Number(number) });
    else if (string !== undefined) tokens.push({ kind: 'value', value: unescaped(string.slice(1, -1)) });
    else if (CONSTANTS.has(name)) tokens.push({ kind: 'value', value: CONSTANTS.get(name) });
    else if (name !== undefined && name !== 'in' && !WORDS.has(name)) tokens.push({ kind: 'name', value: name });
    else tokens.push({ kind: 'sign', value: WORDS.get(name ?? sign) ?? name ?? sign });
  }
  return tokens;
}

function unescaped(text) {
  return text.replace(/\\(.)/g, (_, sign) => ({ n: '\n', t: '\t' })[sign] ?? sign);
}

function level(tokens, depth) {
  if (depth === LEVELS.length) {
    return single(tokens);
  }
  // `not` binds more loosely than a comparison, as in Python; `!` is read the same way.
  if (depth === 2 && tokens[0]?.value === '!' && tokens[0].kind === 'sign') {
    tokens.shift();
    const inner = level(tokens, depth);
    return (answers) => !truth(inner(answers));
  }
  let left = level(tokens, depth + 1);
  while (tokens[0]?.kind === 'sign') {
    let sign = tokens[0].value;
    if (sign === '!' && tokens[1]?.value === 'in' && depth === 2) {
      tokens.shift();
      sign = 'not in';
    } else if (!LEVELS[depth].includes(sign)) {
      break;
    }
    tokens.shift();
    left = joined(sign, left, level(tokens, depth + 1));
    if (depth === 2) break; // `a < b < c` means different things in different languages
  }
  return left;
}

function single(tokens) {
  const token = tokens.shift();
  if (token?.kind === 'value') return () => token.value;
  if (token?.kind === 'name') return (answers) => answers[token.value] ?? null;
  if (token?.value === '(') {
    const inner = level(tokens, 0);
    expect(tokens, ')');
    return inner;
  }
  if (token?.value === '[') {
    const items = [];
    while (tokens[0]?.value !== ']') {
      items.push(level(tokens, 0));
      if (tokens[0]?.value !== ']') expect(tokens, ',');
    }
    expect(tokens, ']');
    return (answers) => items.map((item) => item(answers));
  }
  throw new SyntaxError(`unexpected ${token?.value}`);
}

function expect(tokens, sign) {
  if (tokens.shift()?.value !== sign) {
    throw new SyntaxError(`missing ${sign}`);
  }
}

function truth(value) {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

// The server's rules, not JavaScript's: what cannot be compared is an error, and an error hides nothing.
class Incomparable extends Error {}

function equal(left, right) {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => equal(item, right[index]));
  }
  return plain(left) === plain(right);
}

function plain(value) {
  return typeof value === 'boolean' ? Number(value) : value;
}

function order(left, right) {
  if (Array.isArray(left) && Array.isArray(right)) {
    const first = left.findIndex((item, index) => index >= right.length || !equal(item, right[index]));
    return first < 0 || first >= right.length ? left.length - right.length : order(left[first], right[first]);
  }
  const [a, b] = [plain(left), plain(right)];
  if (typeof a !== typeof b || !['number', 'string'].includes(typeof a)) throw new Incomparable();
  return a < b ? -1 : Number(a > b);
}

function within(item, whole) {
  if (Array.isArray(whole)) return whole.some((each) => equal(item, each));
  if (typeof whole === 'string' && typeof item === 'string') return whole.includes(item);
  throw new Incomparable();
}

function joined(sign, left, right) {
  return {
    '||': (answers) => either(left(answers), true, () => right(answers)),
    '&&': (answers) => either(left(answers), false, () => right(answers)),
    '==': (answers) => equal(left(answers), right(answers)),
    '!=': (answers) => !equal(left(answers), right(answers)),
    '<': (answers) => order(left(answers), right(answers)) < 0,
    '<=': (answers) => order(left(answers), right(answers)) <= 0,
    '>': (answers) => order(left(answers), right(answers)) > 0,
    '>=': (answers) => order(left(answers), right(answers)) >= 0,
    in: (answers) => within(left(answers), right(answers)),
    'not in': (answers) => !within(left(answers), right(answers)),
  }[sign];
}

function either(first, settled, second) {
  return truth(first) === settled ? first : second();
}

/** Whether the compiled rule is true of the answers; anything but a clear yes counts as no. */
export function holds(rule, answers) {
  try {
    return rule(answers) === true;
  } catch (error) {
    if (error instanceof Incomparable) return false;
    throw error;
  }
}

/** What the form says now: field name -> text, number, true/false, or a list where several boxes share the name. */
export function answersOf(form) {
  const answers = Object.create(null);
  for (const control of form.elements) {
    if (!control.name || control.name === 'csrf_token') continue;
    const { name, type } = control;
    if (type === 'checkbox') {
      const several = form.querySelectorAll(`input[type=checkbox][name="${CSS.escape(name)}"]`).length > 1;
      const isList = several || control.hasAttribute('data-list');
      if (isList) answers[name] = [...(answers[name] ?? []), ...(control.checked ? [control.value] : [])];
      else answers[name] = control.checked;
    } else if (type === 'radio') {
      const values = [...form.querySelectorAll(`input[type=radio][name="${CSS.escape(name)}"]`)].map((each) => each.value);
      answers[name] = control.checked ? chosen(control.value, values) : (answers[name] ?? null);
    } else if (type === 'select-multiple') {
      answers[name] = [...control.selectedOptions].map((option) => option.value);
    } else if (type === 'select-one') {
      const values = [...control.options].map((option) => option.value).filter((value) => value !== '');
      answers[name] = control.value === '' ? null : chosen(control.value, values);
    } else if (type === 'number') {
      answers[name] = control.value === '' ? null : Number(control.value);
    } else if (type !== 'file') {
      answers[name] = control.value === '' ? null : typed(control.value);
    }
  }
  return answers;
}

// A choice among numbers is a number, as on the server (app.forms.fields).
function chosen(value, values) {
  return values.every((each) => /^[0-9]+$/.test(each)) ? Number(value) : typed(value);
}

// A yes/no question is drawn as two radio buttons or a list whose values are "true" and "false".
function typed(text) {
  return text === 'true' ? true : text === 'false' ? false : text;
}

function show(part, hidden) {
  part.hidden = hidden;
  delete part.dataset.hiddenNow; // the server's first guess, for the time before this script ran
  for (const control of part.querySelectorAll('input, select, textarea, button')) {
    // A control that is hidden must neither be sent nor stop the form with "please fill in".
    if (hidden && !control.disabled) {
      control.disabled = true;
      control.dataset.hiddenByRule = '';
    } else if (!hidden && 'hiddenByRule' in control.dataset) {
      control.disabled = false;
      delete control.dataset.hiddenByRule;
    }
  }
}

/** Watches every form under `root` that has parts with data-hide. */
export function armConditions(root) {
  const forms = new Set([...root.querySelectorAll('form [data-hide]')].map((part) => part.closest('form')));
  for (const form of forms) {
    const rules = [];
    for (const part of form.querySelectorAll('[data-hide]')) {
      try {
        rules.push([part, compile(part.dataset.hide)]);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
    }
    const refresh = () => {
      const answers = answersOf(form);
      for (const [part, rule] of rules) show(part, holds(rule, answers));
    };
    if (!('conditions' in form.dataset)) {
      form.dataset.conditions = '';
      form.addEventListener('input', refresh);
      form.addEventListener('reset', () => setTimeout(refresh));
      form.addEventListener('draft:restored', refresh);
    }
    refresh();
  }
}
