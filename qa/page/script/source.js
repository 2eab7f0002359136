// The source panel: the document that is shown, and the passage that is marked in it. All text of documents
// goes into the page as text nodes, never as markup.
import {beside, make, motion} from './dom.js';
import {cut, passage, told} from './passages.js';
import {get} from './server.js';

const LONGEST_HEADER = 80;

export class Source {
  // `opened` is called with every document that is shown, `marked` when other words are marked, `shows` before
  // a passage is brought into view, `turned` for a page that is to be seen where pages are shown.
  constructor(element, {opened, marked, shows, turned}) {
    this.at = name => element.querySelector(name);
    this.pane = element.closest('#q-source');
    Object.assign(this, {opened, marked, shows, turned, text: this.at('.q-text'), pick: this.at('.q-pick select')});
    this.shown = null;
    // The passage that is marked.
    this.found = null;
    this.laid = [];
    // The pieces with a mark in them.
    this.touched = [];
    this.ticket = 0;
    this.pick.addEventListener('change', () => this.open(this.pick.value));
  }

  get name() { return this.shown?.title || this.shown?.id; }
  get untouched() { return !this.shown && this.ticket < 2; }

  async open(id, found = null) {
    const mine = ++this.ticket;
    if (id === this.shown?.id) return true;
    let document;
    try {
      document = await get('document', {id});
    } catch (error) {
      this.say(error.message);
      return false;
    }
    if (mine !== this.ticket) return false;
    this.laid = laid(document.pieces);
    Object.assign(this, {shown: document, found});
    this.touched = [];
    this.text.replaceChildren(...tabled(this.laid));
    this.text.classList.toggle('long', this.laid.length > 2000);
    this.text.setAttribute('aria-label', `Source: ${this.name}`);
    this.at('.q-name').textContent = this.name;
    this.at('.q-note').textContent = document.note;
    this.at('.q-note').hidden = !document.note;
    this.enter(id);
    this.pick.value = id;
    this.say('');
    this.pane.scrollTop = 0;
    this.opened(document);
    return true;
  }

  // List a document among those that can be picked.
  enter(id) {
    if (![...this.pick.options].some(option => option.value === id)) {
      this.pick.append(make('option', {value: id, textContent: id, title: id}));
    }
  }

  say(line, {place = ''} = {}) {
    this.at('.q-passage').classList.toggle('on', Boolean(place));
    this.at('.q-place').textContent = line;
    this.at('.q-characters span').textContent = place;
  }

  mark(found, near, scroll) {
    this.unmark();
    this.found = found;
    let first = 0;
    for (const piece of this.laid) {
      const origin = first;
      first += piece.size;
      if (first <= found.start || origin >= found.end) continue;
      lay(piece, origin, found, near);
      this.touched.push(piece);
      header(this.laid, piece)?.classList.add('above');
    }
    this.marked(scroll);
  }

  unmark() {
    this.touched.forEach(piece => lay(piece));
    this.text.querySelectorAll('.above').forEach(one => one.classList.remove('above'));
    this.touched = [];
    this.found = null;
  }

  // Nothing is cited any more.
  clear() {
    this.ticket++;
    this.unmark();
    this.marked(false);
    this.say('');
    history.replaceState(history.state, '', location.pathname + location.search);
  }

  // Show a passage; `kind` says what it is where it is no answer, `near` that it is one of the closest alone.
  async go(fragment, {scroll = true, focus = false, kind = '', near = false} = {}) {
    const found = passage(fragment);
    if (found && scroll) this.shows();
    if (!found || !await this.open(found.id, found)) return false;
    this.mark(found, near, scroll);
    const first = this.first;
    if (!first || !this.shown.sha256.startsWith(found.sha)) {
      this.say('The document is not the one that was cited: it has changed since.');
      return false;
    }
    const place = told({name: this.name, ...this.surroundings(first)});
    this.say(kind ? `${kind}: ${place}` : place, {place: `${found.start} to ${found.end}`});
    this.at('.q-link').href = fragment;
    history.replaceState(history.state, '', fragment);
    if (scroll && !this.text.hidden) this.bring(this.text.querySelector('.q-table mark.exact') ?? first);
    if (focus) {
      const aim = this.text.hidden ? this.at('.q-page') : first;
      aim.tabIndex = -1;
      aim.focus({preventScroll: true});
    }
    return true;
  }

  // What stands far away in a long text has no size yet: each step there lays more of it out and moves the aim.
  bring(node, block = 'center', frames = this.text.classList.contains('long') ? 8 : 0) {
    if (this.text.hidden) {
      this.turned(Number(this.surroundings(node).page));
      return;
    }
    const behavior = this.text.classList.contains('long') ? 'instant' : motion();
    node.scrollIntoView({block, behavior});
    if (frames) requestAnimationFrame(() => this.bring(node, block, frames - 1));
  }

  // The first of what is marked that is seen: between the cells of a table are marks that are not.
  get first() { return this.text.querySelector('mark:not(.md-markup)'); }

  surroundings(node) {
    const place = this.laid.findIndex(piece => piece.node.contains(node)), at = this.laid[place];
    const before = this.laid.slice(0, place + 1).reverse();
    return {
      page: before.find(piece => piece.node.dataset.page)?.node.dataset.page,
      heading: before.find(piece => piece !== at && piece.node.dataset.heading)?.node.dataset.heading,
      header: names(at && header(this.laid, at)),
    };
  }

  get scroller() { return beside() ? this.pane : document.scrollingElement; }
}

// The pieces of a document with their nodes.
function laid(pieces) {
  return pieces.map(({tag, text, size, flow, goes_on, page, heading, styles, row, cells}) => {
    const node = make(cells.length ? 'tr' : tag, {className: [flow && 'flow', goes_on && 'on', row].filter(Boolean).join(' ')});
    if (page) node.dataset.page = page;
    if (heading) node.dataset.heading = heading;
    const piece = {node, text, size, styles, row, cells};
    lay(piece);
    return piece;
  });
}

// The nodes of a text, the rows of each table in a table that scrolls sideways by itself.
function tabled(laid) {
  const nodes = [];
  let body = null;
  laid.forEach(({node, row, cells}, place) => {
    const inside = cells.length || (body && (row === 'rule' || (laid[place + 1]?.row && node.tagName === 'SPAN')));
    if (!inside) body = null;
    if (cells.length && (!body || row === 'header')) {
      body = make('tbody');
      const scrolling = make('div', {className: 'q-table', tabIndex: 0, role: 'group', ariaLabel: 'Table'}, make('table', {}, body));
      nodes.push(scrolling);
    }
    if (body) body.append(node);
    else nodes.push(node);
  });
  return nodes;
}

// Lay out a piece anew, with the part of a passage that is in it.
function lay({node, text, styles, row, cells}, origin = 0, found = null, near = false) {
  const parts = cut(text, origin, found, styles, cells).map(part => ({...part, node: shown(part, cells.length > 0, near)}));
  node.classList.toggle('cited', parts.some(part => part.inside));
  if (!cells.length) return node.replaceChildren(...parts.map(part => part.node));
  const columns = cells.map(() => make(row === 'header' ? 'th' : 'td'));
  node.replaceChildren();
  let next = 0;
  for (const part of parts) {
    while (next <= part.cell) node.append(columns[next++]);
    (columns[part.cell] ?? node).append(part.node);
  }
  node.append(...columns.slice(next));
}

function shown({words, inside, exact, style, cell}, tabular, near) {
  // What parts the cells of a table is not shown.
  const hidden = tabular && cell < 0 ? 'md-markup' : '';
  const said = style && !hidden ? make('span', {textContent: words, className: `md-${style}`}) : words;
  if (inside) return make('mark', {className: hidden || (exact ? 'exact' : near ? 'near' : '')}, said);
  return hidden ? make('span', {className: hidden}, said) : said;
}

// The header of the table that a row is in.
function header(laid, piece) {
  if (piece.row !== 'row') return null;
  const before = laid.slice(0, laid.indexOf(piece)).reverse();
  const last = before.find(one => one.row !== 'row' && one.row !== 'rule' && one.text.trim());
  return last?.row === 'header' ? last.node : null;
}

// What a header's columns are called, as far as a line takes them.
function names(node) {
  const columns = [...node?.querySelectorAll('th') ?? []].map(one => one.textContent.trim()).filter(Boolean);
  const said = columns.length ? columns.join(', ') : node?.textContent ?? '';
  return said && `“${said.length > LONGEST_HEADER ? `${said.slice(0, LONGEST_HEADER)} …` : said}”`;
}
