// The source panel, run once by gradio with `element`, the panel. Offsets count code points, as Python's do,
// and JavaScript counts UTF-16 units: so a piece is spread into its code points before it is cut.
// All text of documents goes into the page as text nodes, never as markup.
(async () => {
// Gradio lays its components out in no fixed order.
for (const name of ['#q-box textarea', '#q-shelved', '#q-chat']) {
  while (!document.querySelector(name)) await new Promise(again => { setTimeout(again, 10); });
}
const at = name => element.querySelector(name);
const every = name => [...document.querySelectorAll(name)];
const make = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
const pick = at('select'), text = at('.q-text'), place = at('.q-place'), outline = at('.q-outline');
const motion = () => matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
const beside = () => innerWidth > 860;

async function get(path, options) {
  const response = await fetch(path, options);
  const body = await response.json().catch(() => ({detail: `The server answered ${response.status}.`}));
  if (!response.ok) throw new Error(body.detail);
  return body;
}

// --- the document

let shown = null, ticket = 0, laid = [], current = null, answered = '';

async function open(id) {
  const mine = ++ticket;
  if (id === shown?.id) return true;
  let source;
  try {
    source = await get(`visit/document?id=${encodeURIComponent(id)}`);
  } catch (error) {
    say(error.message);
    return false;
  }
  if (mine !== ticket) return false;
  laid = source.pieces.map(({tag, text, size, flow, goes_on, page, heading}) => {
    const node = make(tag, {textContent: text, className: [flow && 'flow', goes_on && 'on'].filter(Boolean).join(' ')});
    if (page) node.dataset.page = page;
    if (heading) node.dataset.heading = heading;
    return {node, size};
  });
  text.replaceChildren(...laid.map(piece => piece.node));
  text.classList.toggle('long', laid.length > 2000);
  text.setAttribute('aria-label', `Source: ${source.title || source.id}`);
  shown = source;
  at('.q-name').textContent = source.title || source.id;
  enter(source.id);
  pick.value = source.id;
  at('.q-passage').classList.remove('on');
  place.textContent = '';
  element.closest('#q-source').scrollTop = 0;
  outlined();
  find('');
  suggest(id);
  return true;
}

function enter(id) {
  if (![...pick.options].some(option => option.value === id)) pick.append(make('option', {value: id, textContent: id, title: id}));
}

function say(line) {
  at('.q-passage').classList.remove('on');
  place.textContent = line;
}

// --- a passage

function mark(start, end, from, to) {
  text.querySelectorAll(':scope > :has(mark)').forEach(node => { node.textContent = node.textContent; });
  let first = 0;
  for (const {node, size} of laid) {
    const last = first + size, origin = first;
    first = last;
    if (last <= start || origin >= end) continue;
    const points = [...node.textContent];
    const cuts = [origin, start, from, to, end, last].filter(c => c >= origin && c <= last).sort((a, b) => a - b);
    node.replaceChildren(...cuts.slice(1).map((b, i) => {
      const a = cuts[i], words = points.slice(a - origin, b - origin).join('');
      if (a === b || a < start || b > end) return words;
      return make('mark', {textContent: words, className: a >= from && b <= to ? 'exact' : ''});
    }));
  }
  find(sought);
}

// A passage's address, the same in a citation and in a link from outside.
function passage(fragment) {
  const given = new URLSearchParams(fragment.replace(/^#/, ''));
  const range = name => (given.get(name) ?? '').split('-').map(Number);
  const [start, end] = range('at'), [from, to] = given.has('exact') ? range('exact') : [start, start];
  if (!given.get('document') || !(start < end) || !(start <= from && from <= to && to <= end)) return null;
  return {id: given.get('document'), start, end, from, to, sha: given.get('sha') ?? ''};
}

async function go(fragment, {scroll = true, focus = false} = {}) {
  const to = passage(fragment);
  if (!to) return false;
  if (scroll) unfold(false);
  if (!await open(to.id)) return false;
  mark(to.start, to.end, to.from, to.to);
  const first = text.querySelector('mark');
  if (!first || !shown.sha256.startsWith(to.sha)) {
    say('The document is not the one that was cited: it has changed since.');
    return false;
  }
  const [page, heading] = surroundings(first);
  say([`Characters ${to.start} to ${to.end}`, page && `page ${page}`, heading && `under “${heading}”`].filter(Boolean).join(', '));
  at('.q-passage').classList.add('on');
  at('.q-link').href = fragment;
  history.replaceState(history.state, '', fragment);
  if (scroll) bring(first);
  if (focus) {
    first.tabIndex = -1;
    first.focus({preventScroll: true});
  }
  return true;
}

// What stands far away in a long text has no size yet: each step there lays more of it out and moves the aim.
function bring(node, block = 'center', frames = text.classList.contains('long') ? 8 : 0) {
  node.scrollIntoView({block, behavior: text.classList.contains('long') ? 'instant' : motion()});
  if (frames) requestAnimationFrame(() => bring(node, block, frames - 1));
}

function surroundings(node) {
  let page = '', heading = '';
  for (let piece = node.parentElement; piece && !(page && heading); piece = piece.previousElementSibling) {
    page ||= piece.dataset.page;
    heading ||= piece.contains(node) ? '' : piece.dataset.heading;
  }
  return [page, heading];
}

// --- citations

const citations = () => every('#q-chat a.q-cite');

async function cite(link, options) {
  current?.classList.remove('current');
  current = link;
  link.classList.add('current');
  await go(link.getAttribute('href'), options);
  count();
}

function count() {
  const all = citations(), nth = all.indexOf(current), [before, after] = element.querySelectorAll('[data-cite]');
  const said = `${nth < 0 ? '–' : nth + 1} of ${all.length}`;
  if (at('.q-nth').textContent !== said) at('.q-nth').textContent = said;
  before.disabled = nth <= 0;
  after.disabled = nth >= all.length - 1;
}

function step(by) {
  const all = citations(), next = all[all.indexOf(current) + by];
  if (next) cite(next);
}

function back() {
  (current?.isConnected ? current : document.querySelector('#q-box textarea')).focus();
}

// The quote of a citation, shown while its link has the pointer or the focus.
const tip = make('div', {id: 'q-tip', hidden: true});
tip.setAttribute('role', 'tooltip');
document.body.append(tip);
let leaving = 0, hinted = null;

function hint(link) {
  clearTimeout(leaving);
  hinted = link;
  tip.replaceChildren(
    make('blockquote', {}, ...quoted(link).cloneNode(true).childNodes),
    make('p', {textContent: link.dataset.where}));
  tip.hidden = false;
  const [box, size] = [link.getBoundingClientRect(), tip.getBoundingClientRect()];
  const edge = beside() ? document.querySelector('#q-talk').getBoundingClientRect().right : innerWidth;
  const below = box.bottom + 8 + size.height <= innerHeight;
  tip.style.left = `${Math.max(8, Math.min(box.left, edge - size.width - 8))}px`;
  tip.style.top = `${below ? box.bottom + 8 : Math.max(8, box.top - size.height - 8)}px`;
}

function quoted(link) {
  let node = link.previousSibling;
  while (node && !node.matches?.('.q-quote')) node = node.previousSibling;
  return node;
}

const unhint = wait => {
  clearTimeout(leaving);
  leaving = setTimeout(() => { tip.hidden = true; }, wait);
};
document.addEventListener('pointerover', event => {
  const link = event.target.closest?.('a.q-cite');
  if (event.pointerType !== 'touch' && link) hint(link);
  else if (event.target.closest?.('#q-tip')) clearTimeout(leaving);
  else if (!tip.hidden && !document.activeElement.matches('a.q-cite:focus-visible')) unhint(200);
});
document.addEventListener('focusin', event => {
  if (event.target.matches('a.q-cite') && event.target.matches(':focus-visible')) hint(event.target);
  else unhint(0);
});
document.addEventListener('scroll', event => {
  if (event.target.contains(hinted)) unhint(0);
}, {capture: true, passive: true});

// Gradio's sanitiser drops what a screen reader needs, so it is put back when a message has been laid out.
function dress() {
  every('#q-chat a.q-cite[title]').forEach(link => {
    link.dataset.where = link.title;
    link.setAttribute('aria-label', `${link.textContent} ${link.title}`);
    link.setAttribute('aria-describedby', 'q-tip');
    link.removeAttribute('title');
  });
  every('#q-chat .q-turn[id]:not(:has(.q-tools))').forEach(tools);
  // Gradio repeats a message's HTML in a label, which would be read out.
  every('#q-chat [data-testid][aria-label]').forEach(node => node.removeAttribute('aria-label'));
}

// --- the conversation

const box = () => document.querySelector('#q-box textarea');
const offers = make('div', {id: 'q-examples'});
offers.setAttribute('role', 'group');
offers.setAttribute('aria-label', 'Suggested questions');
document.querySelector('#q-box').before(offers);

async function suggest(id) {
  const questions = await get(`visit/suggestions?id=${encodeURIComponent(id)}`).catch(() => []);
  if (shown?.id !== id) return;
  offers.replaceChildren(...questions.map(question => {
    const button = make('button', {type: 'button', textContent: question});
    button.addEventListener('click', () => ask(question));
    return button;
  }));
}

function ask(question) {
  Object.assign(box(), {value: question}).dispatchEvent(new Event('input', {bubbles: true}));
  // After gradio has taken the value over.
  requestAnimationFrame(() => document.querySelector('#q-box button').click());
}

// What can be done with an answer. Its id is turn-CONVERSATION-PLACE.
function tools(turn) {
  const [, conversation, place] = turn.id.split('-');
  const bar = make('div', {className: 'q-tools'});
  const button = (label, words, does) => {
    const one = make('button', {type: 'button', textContent: words});
    if (label !== words) one.setAttribute('aria-label', label);
    one.addEventListener('click', () => does(one));
    bar.append(one);
    return one;
  };
  if (turn.matches('.q-refusal')) {
    button('Show the best guess anyway', 'Show the best guess anyway', () => trigger('select', {turn: Number(place)}));
  }
  if (turn.matches('.q-follow-up')) {
    button('Ask it as it stands', 'Ask it as it stands', () => trigger('select', {turn: Number(place), alone: true}));
  }
  const said = make('p', {className: 'q-thanks'});
  said.setAttribute('role', 'status');
  const send = async (feedback, pressed) => {
    try {
      const {file} = await get(`visit/feedback?${new URLSearchParams({conversation, turn: place})}`,
        {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({...feedback, consent: consent.checked})});
      said.textContent = `Kept on the server’s machine, in ${file}.`;
      bar.querySelectorAll('[aria-pressed]').forEach(one => one.setAttribute('aria-pressed', String(one === pressed)));
    } catch (error) {
      said.textContent = error.message;
    }
  };
  const up = button('This answer is right', '👍', one => { form.hidden = true; send({good: true}, one); });
  const down = button('This answer is not right', '👎', () => {
    form.hidden = !form.hidden;
    if (!form.hidden) form.querySelector('select').focus();
  });
  // Before anything is kept, it says what and where.
  const consent = make('input', {type: 'checkbox'}), own = Boolean(turn.closest('.q-own'));
  const kept = make('p', {className: 'q-kept', id: `kept-${conversation}-${place}`}, own
    ? 'This conversation quotes a document of yours. A thumb keeps your judgement alone, with no question, answer or quote, on the server’s machine, in feedback/judgements.jsonl, until its operator deletes it. '
    : 'A thumb keeps the conversation up to here, with its quotes, on the server’s machine, in the folder feedback, until its operator deletes it.');
  if (own) kept.append(make('label', {}, consent, ' Keep the conversation up to here and its quotes, too'));
  [up, down].forEach(one => {
    one.setAttribute('aria-pressed', 'false');
    one.setAttribute('aria-describedby', kept.id);
  });
  const reasons = turn.matches('.q-refusal')
    ? {'it is in the source': 'The source does say it'}
    : {wrong: 'It is wrong', incomplete: 'It is incomplete', 'not in the source': 'The source does not say this'};
  const reason = make('select', {}, ...Object.entries(reasons).map(([value, words]) => new Option(words, value)));
  reason.setAttribute('aria-label', 'What is wrong');
  const right = make('input', {placeholder: 'What would be right (optional)', maxLength: 2000});
  right.setAttribute('aria-label', 'What would be right, optional');
  // The right answer is kept with the conversation alone.
  right.hidden = own;
  consent.addEventListener('change', () => { right.hidden = !consent.checked; });
  const form = make('form', {className: 'q-why', hidden: true}, reason, right, make('button', {textContent: 'Send'}));
  form.addEventListener('submit', event => {
    event.preventDefault();
    form.hidden = true;
    send({good: false, reason: reason.value, right: right.hidden ? '' : right.value}, down);
    down.focus();
  });
  bar.append(kept, form, said);
  turn.append(bar);
}

const exported = make('div', {id: 'q-export', hidden: true}, 'Save the conversation: ',
  ...['html', 'json'].map(form => make('a', {textContent: form.toUpperCase(), className: `q-${form}`, download: ''})));
offers.before(exported);

function savable(turns) {
  const conversation = turns.at(-1)?.id.split('-')[1];
  exported.hidden = !conversation;
  ['html', 'json'].forEach(form => {
    exported.querySelector(`.q-${form}`).href = `visit/export?${new URLSearchParams({conversation: conversation ?? '', form})}`;
  });
}

// --- outline

function outlined() {
  const headings = laid.map(piece => piece.node).filter(node => node.dataset.heading);
  const pages = laid.map(piece => piece.node).filter(node => node.dataset.page);
  const entries = headings.length > 1
    ? headings.map(node => [node, node.dataset.heading, Number(node.tagName[1]) - 3])
    : pages.length > 1 ? pages.map(node => [node, `Page ${node.dataset.page}`, 0]) : [];
  outline.firstElementChild.replaceChildren(...entries.map(([node, label, depth]) => {
    const button = make('button', {type: 'button', textContent: label});
    button.style.paddingInlineStart = `${.6 + Math.max(0, depth) * 1.1}rem`;
    button.addEventListener('click', () => {
      if (!beside()) disclose(false);
      node.tabIndex = -1;
      bring(node, 'start');
      node.focus({preventScroll: true});
    });
    return make('li', {}, button);
  }));
  at('.q-outlined').hidden = !entries.length;
  disclose(false);
}

function disclose(open) {
  outline.hidden = !open;
  at('.q-outlined').setAttribute('aria-expanded', String(open));
}

// --- search within the document

const MOST_FOUND = 2000;
let sought = '', hits = [], hit = -1;

function find(words, go = 0) {
  const again = words === sought && hits.length;
  sought = words;
  CSS.highlights?.delete('found');
  CSS.highlights?.delete('found-now');
  const query = words.trim().replace(/[\\^$.*+?()[\]{}|\/]/g, '\\$&').replace(/\s+/g, '\\s+');
  hits = query ? matches(new RegExp(query, 'giu')) : [];
  hit = !hits.length ? -1 : again ? (hit + go + hits.length) % hits.length : 0;
  const many = hits.length === MOST_FOUND ? `${MOST_FOUND}+` : hits.length;
  at('.q-found').textContent = !query ? '' : hits.length ? `${hit + 1} of ${many}` : 'Not found';
  element.querySelectorAll('[data-find]').forEach(button => { button.disabled = hits.length < 2; });
  if (!hits.length) return;
  CSS.highlights?.set('found', new Highlight(...hits));
  CSS.highlights?.set('found-now', new Highlight(hits[hit]));
}

function reveal() {
  if (hit < 0) return;
  hits[hit].startContainer.parentElement.scrollIntoView({block: 'nearest', behavior: 'instant'});
  const box = hits[hit].getBoundingClientRect(), bar = at('.q-bar').getBoundingClientRect();
  const pane = beside() ? element.closest('#q-source') : document.scrollingElement;
  if (box.top < bar.bottom + 24 || box.bottom > innerHeight - 24) pane.scrollTop += box.top - innerHeight / 2;
}

function matches(pattern) {
  const nodes = [], starts = [], walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  let whole = '';
  while (walker.nextNode()) {
    nodes.push(walker.currentNode);
    starts.push(whole.length);
    whole += walker.currentNode.data;
  }
  const point = offset => {
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle; else high = middle - 1;
    }
    return [nodes[low], offset - starts[low]];
  };
  const found = [];
  for (const {index, 0: words} of whole.matchAll(pattern)) {
    const range = new Range();
    range.setStart(...point(index));
    const [last, until] = point(index + words.length - 1);
    range.setEnd(last, until + 1);
    if (found.push(range) === MOST_FOUND) break;
  }
  return found;
}

// --- what a person does

at('.q-outlined').addEventListener('click', () => {
  disclose(outline.hidden);
  if (!outline.hidden) outline.querySelector('button').focus();
});
const seek = at('.q-find input');
seek.addEventListener('input', () => { find(seek.value); reveal(); });
seek.addEventListener('keydown', event => {
  if (event.key === 'Escape') { seek.value = ''; find(''); }
  if (event.key !== 'Enter') return;
  find(seek.value, event.shiftKey ? -1 : 1);
  reveal();
});
element.addEventListener('click', event => {
  const button = event.target.closest('[data-find], [data-cite]');
  if (button?.dataset.cite) step(Number(button.dataset.cite));
  else if (button) { find(seek.value, Number(button.dataset.find)); reveal(); }
});
at('.q-link').addEventListener('click', event => {
  event.preventDefault();
  const link = event.target;
  // Without a clipboard (a page that is not served from this machine or by https) the address bar has it.
  navigator.clipboard?.writeText(link.href).then(() => { link.textContent = 'Link copied'; });
  setTimeout(() => { link.textContent = 'Copy link'; }, 2000);
});
pick.addEventListener('change', () => open(pick.value));
document.addEventListener('click', event => {
  const link = event.target.closest?.('a.q-cite, a.q-back');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  // A click that comes from a key has no detail; the keyboard goes where the eye goes.
  if (link.matches('.q-cite')) cite(link, {focus: event.detail === 0});
  else back();
});
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  if (!tip.hidden) unhint(0);
  else if (!outline.hidden && outline.contains(event.target)) { disclose(false); at('.q-outlined').focus(); }
  else if (text.contains(event.target)) back();
});
addEventListener('hashchange', () => go(location.hash));

// An empty question is not sent.
const halt = event => {
  const sends = event.key ? event.key === 'Enter' && event.target.matches?.('#q-box textarea') :
    event.target.closest?.('#q-box button');
  if (!sends || document.querySelector('#q-box textarea').value.trim()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
};
['keydown', 'click'].forEach(kind => document.addEventListener(kind, halt, true));

// A new answer marks its first quote, and scrolls to it where the source stands beside the chat.
new MutationObserver(() => {
  dress();
  const turns = every('#q-chat .q-turn'), last = turns.at(-1);
  const now = turns.map(turn => `${turn.id} ${turn.className}`).join();
  if (now === answered) return;
  answered = now;
  savable(turns);
  const fresh = last?.matches('.q-answer') && last.querySelector('.q-cite');
  if (fresh) cite(fresh, {scroll: beside()});
  else count();
}).observe(document.body, {childList: true, subtree: true});

// --- documents

const shelf = at('.q-shelf'), toggle = document.querySelector('#q-shelved'), files = at('.q-files'), rows = new Map();
let listed = {documents: [], limit: 0}, poll = 0;
// Of several requests under way the last one tells how things are.
let latest = 0;
async function list(path = 'documents', query = {}, method = 'GET') {
  const mine = ++latest, listing = await get(`visit/${path}?${new URLSearchParams(query)}`, {method});
  if (mine === latest) shelved(listing);
}

function shelved(listing) {
  const before = new Map(listed.documents.map(one => [one.id, one.state]));
  listed = listing;
  const {documents, total, limit, kept, shared} = listing;
  const readable = documents.filter(one => one.state === 'ready').map(one => one.id);
  [...pick.options].filter(one => !readable.includes(one.value) && one.value !== shown?.id).forEach(one => one.remove());
  readable.forEach(enter);
  at('.q-pick').hidden = total < 2;
  at('.q-name').classList.toggle('q-unseen', total > 1);
  const asked = total - documents.filter(one => one.state === 'ready' && !one.asked).length;
  toggle.textContent = asked === total ? `Documents: ${total}` : `Documents: ${asked} of ${total} asked`;
  at('.q-rule').textContent = `or drop them anywhere: txt, md, html, pdf, docx, at most ${limit} MB each. ${
    shared ? 'Everyone who uses this server sees them; they stay on its machine until somebody removes them.'
      : `Only you see them; they are on the server’s machine ${kept ? 'until you remove them.'
        : 'and go two minutes after you close the page, or a day after it was last heard of.'}`}`;
  at('.q-keep').hidden = shared || !documents.some(one => one.own);
  at('.q-keep input').checked = kept;
  rows.forEach((row, id) => { if (!documents.some(one => one.id === id)) { row.remove(); rows.delete(id); } });
  for (const one of documents) {
    if (!rows.has(one.id)) rows.set(one.id, row(one));
    const node = rows.get(one.id);
    if (node.parentElement !== at('.q-docs')) at('.q-docs').append(node);
    fill(node, one);
    // A short document may be ready when it is first heard of; what was there before the page is no news.
    if (before.size && (one.own || before.has(one.id)) && before.get(one.id) !== one.state) changed(one);
  }
  const busy = documents.some(one => ['waiting', 'indexing'].includes(one.state));
  clearTimeout(poll);
  poll = setTimeout(refresh, busy ? 300 : 30_000);
}

function row(one) {
  const box = make('input', {type: 'checkbox'});
  box.addEventListener('change', () => list('choice', {id: one.id, asked: box.checked}, 'POST'));
  const open_ = make('button', {type: 'button', className: 'q-open', textContent: 'Read'});
  open_.setAttribute('aria-label', `Read ${one.id}`);
  open_.addEventListener('click', () => { unfold(false); open(one.id); });
  const node = make('li', {}, make('label', {}, box, make('span', {textContent: one.id})), make('p', {className: 'q-state'}), open_);
  if (one.own) {
    const gone = make('button', {type: 'button', className: 'q-gone', textContent: 'Remove'});
    gone.setAttribute('aria-label', `Remove ${one.id}`);
    gone.addEventListener('click', async () => {
      await list('documents', {id: one.id}, 'DELETE');
      news(`${one.id} is removed.`);
      at('.q-bring').focus();
      if (shown?.id === one.id && readable().length) open(readable()[0]);
    });
    node.append(gone);
  }
  return node;
}

const readable = () => listed.documents.filter(one => one.state === 'ready').map(one => one.id);

function fill(node, {id, state, asked, done, total, error}) {
  const box = node.querySelector('input'), said = node.querySelector('.q-state');
  node.className = `q-${state}`;
  box.checked = asked && state === 'ready';
  box.disabled = node.querySelector('.q-open').disabled = state !== 'ready';
  if (state === 'indexing') {
    const bar = said.querySelector('progress') ?? make('progress');
    bar.setAttribute('aria-label', `Indexing ${id}`);
    if (total) Object.assign(bar, {max: total, value: done});
    said.replaceChildren(total ? `Indexing, ${done} of ${total} passages ` : 'Reading ', bar);
  } else {
    said.textContent = {waiting: 'Waiting', ready: '', failed: error}[state];
  }
}

function changed({id, state, error}) {
  if (state === 'ready') {
    news(`${id} is ready.`);
    open(id);
  } else if (state === 'failed') {
    news(error);
    unfold(true);
  }
}

const news = line => { at('.q-news').textContent = line; };
const refresh = () => list().catch(() => { poll = setTimeout(refresh, 5000); });

async function add(chosen) {
  unfold(true);
  at('.q-refused').replaceChildren();
  for (const file of chosen) {
    try {
      if (file.size > listed.limit * 1e6) throw new Error(`${file.name}: more than ${listed.limit} MB, the most; split it up`);
      news(`Adding ${file.name}.`);
      await get(`visit/documents?name=${encodeURIComponent(file.name)}`, {method: 'PUT', body: file});
    } catch (error) {
      at('.q-refused').append(make('p', {textContent: error.message}));
    }
    await refresh();
  }
}

function unfold(open) {
  shelf.hidden = !open;
  toggle.setAttribute('aria-expanded', String(open));
  if (!open) return;
  // It stands above the text, which may have been scrolled to a citation.
  if (beside()) element.closest('#q-source').scrollTop = 0;
  else shelf.scrollIntoView({block: 'start', behavior: motion()});
}

toggle.addEventListener('click', () => unfold(shelf.hidden));
at('.q-bring').addEventListener('click', () => files.click());
document.querySelector('#q-add').addEventListener('click', () => { unfold(true); files.click(); });
files.addEventListener('change', () => { add([...files.files]); files.value = ''; });
at('.q-keep input').addEventListener('change', event => list('keep', {kept: event.target.checked}, 'POST'));
shelf.addEventListener('keydown', event => {
  if (event.key === 'Escape') { unfold(false); toggle.focus(); }
});
const carries = event => [...event.dataTransfer?.types ?? []].includes('Files');
let over = 0;
const dropping = by => { over = by ? over + by : 0; document.body.classList.toggle('q-dropping', over > 0); };
document.addEventListener('dragenter', event => { if (carries(event)) dropping(1); });
document.addEventListener('dragleave', event => { if (carries(event)) dropping(-1); });
document.addEventListener('dragover', event => { if (carries(event)) event.preventDefault(); });
document.addEventListener('drop', event => {
  if (!carries(event)) return;
  event.preventDefault();
  dropping(0);
  add([...event.dataTransfer.files]);
});
addEventListener('pagehide', () => navigator.sendBeacon('visit/leave'));
addEventListener('pageshow', event => { if (event.persisted) refresh(); });

list().then(async () => {
  if (await go(location.hash) || shown || ticket > 1 || !readable().length) return;
  const said = place.textContent;
  if (await open(readable()[0]) && said) say(said);
});
})();
