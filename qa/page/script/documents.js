// The list of documents: which are asked, and adding, opening and removing them.
import {beside, button, disclose, make} from './dom.js';
import {get} from './server.js';
import {linked} from './using.js';

export class Documents {
  constructor(element, source) {
    this.at = name => element.querySelector(name);
    this.source = source;
    this.panel = this.at('.q-documents');
    this.toggle = document.querySelector('#q-documents-button');
    this.rows = new Map();
    this.listed = {documents: [], limit: 0};
    this.poll = 0;
    // Of several requests under way the last one tells how things are.
    this.latest = 0;
    // Of documents that are added together the first is opened, the others are news; each is summed up once.
    this.brought = true;
    this.fresh = new Set();
    this.waiting = [];
    const files = this.at('.q-files'), folder = this.at('.q-folder');
    this.toggle.addEventListener('click', () => this.unfold(this.panel.hidden));
    this.at('.q-shut').addEventListener('click', () => { this.unfold(false); this.toggle.focus(); });
    this.at('.q-bring').addEventListener('click', () => files.click());
    this.at('.q-bring-folder').addEventListener('click', () => folder.click());
    document.querySelector('#q-add').addEventListener('click', () => { this.unfold(true); files.click(); });
    [files, folder].forEach(one => one.addEventListener('change', () => { this.add([...one.files]); one.value = ''; }));
    this.scope = button('', () => { this.unfold(true); this.panel.querySelector('input').focus(); }, {className: 'q-scope'});
    document.querySelector('#q-box').before(this.scope);
    this.files = files;
    this.everything = button('Ask all', () => this.list('only', {}, 'POST'), {className: 'q-all'});
    this.at('.q-asks').append(make('span'), this.everything);
    this.pasting();
    this.at('.q-keep input').addEventListener('change', ({target}) => this.list('keep', {kept: target.checked}, 'POST'));
    this.panel.addEventListener('keydown', event => {
      if (event.key === 'Escape') { this.unfold(false); this.toggle.focus(); }
    });
    this.dropping();
    addEventListener('pagehide', () => navigator.sendBeacon('session/leave'));
    addEventListener('pageshow', event => { if (event.persisted) this.refresh(); });
  }

  get readable() { return this.listed.documents.filter(one => one.state === 'ready').map(one => one.id); }

  get busy() { return this.listed.documents.some(one => ['waiting', 'indexing'].includes(one.state)); }

  // Wait until no document is being added.
  async settled() { if (this.busy) await new Promise(go => { this.waiting.push(go); }); }

  async list(path = 'documents', query = {}, method = 'GET') {
    const mine = ++this.latest, listing = await get(path, query, {method});
    if (mine === this.latest) this.fill(listing);
  }

  fill(listing) {
    const before = new Map(this.listed.documents.map(one => [one.id, one.state]));
    this.listed = listing;
    const {documents, total, limit, kept, shared, formats, suffixes, folder} = listing, {pick, shown} = this.source, {readable, rows} = this;
    [...pick.options].filter(one => !readable.includes(one.value) && one.value !== shown?.id).forEach(one => one.remove());
    readable.forEach(id => this.source.enter(id));
    this.at('.q-pick').hidden = total < 2;
    this.at('.q-name').classList.toggle('q-unseen', total > 1);
    this.toggle.textContent = `Documents: ${total}`;
    this.scope.textContent = asking(documents, total);
    this.scope.hidden = total < 2;
    this.everything.hidden = documents.every(one => one.asked || one.state !== 'ready');
    this.at('.q-asks > span').textContent = `${asking(documents, total)}. `;
    this.files.accept = suffixes.join();
    this.at('.q-rule').textContent = `You can also drop files or folders anywhere on the page. Formats: ${formats}; up to ${limit} MB each. ${
      shared ? 'Everyone who uses this page sees these documents. They stay on the computer that runs Quoth until somebody removes them.'
        : `Only you see them. They stay on the computer that runs Quoth${kept ? ' until you remove them.'
          : '. They are deleted, with your conversations, two minutes after you close the page, or a day after the page was last open.'}`}`;
    this.at('.q-keep span').textContent = `Keep my documents and conversations after I close the page${folder && `, in the folder ${folder}`}`;
    this.at('.q-keep').hidden = shared || !documents.some(one => one.own);
    this.at('.q-keep input').checked = kept;
    rows.forEach((row, id) => { if (!documents.some(one => one.id === id)) { row.remove(); rows.delete(id); } });
    for (const one of documents) {
      if (!rows.has(one.id)) rows.set(one.id, this.row(one));
      const node = rows.get(one.id);
      if (node.parentElement !== this.at('.q-docs')) this.at('.q-docs').append(node);
      tell(node, one);
      node.querySelector('.q-only').hidden = total < 2 || one.state !== 'ready';
      // A short document may be ready when it is first heard of; what was there before the page is no news.
      if (before.size && (one.own || before.has(one.id)) && before.get(one.id) !== one.state) this.changed(one);
    }
    const {busy} = this;
    if (!busy) this.waiting.splice(0).forEach(go => go());
    clearTimeout(this.poll);
    this.poll = setTimeout(() => this.refresh(), busy ? 300 : 30_000);
  }

  row({id, own, sample}) {
    const box = make('input', {type: 'checkbox'});
    box.addEventListener('change', () => this.list('choice', {id, asked: box.checked}, 'POST'));
    const read = button('Read', () => { this.unfold(false); this.source.open(id); }, {label: `Read ${id}`, className: 'q-open'});
    const only = button('Ask only this', () => this.list('only', {id}, 'POST'), {label: `Ask only ${id}`, className: 'q-only'});
    const name = make('span', {textContent: sample ? `${id} (sample)` : id});
    const node = make('li', {}, make('label', {}, box, name), make('p', {className: 'q-state'}), only, read);
    if (own || sample) node.append(button('Remove', () => this.remove(id), {label: `Remove ${id}`, className: 'q-gone'}));
    return node;
  }

  async remove(id) {
    await this.list('documents', {id}, 'DELETE');
    this.news(`${id} is removed.`);
    this.at('.q-bring').focus();
    if (this.source.shown?.id === id && this.readable.length) this.source.open(this.readable[0]);
  }

  changed({id, state, error}) {
    if (state === 'ready') {
      this.news(`${id} is ready.`);
      this.fresh.add(id);
      if (this.brought) return;
      this.brought = true;
      this.source.open(id);
    } else if (state === 'failed') {
      this.news(error);
      this.unfold(true);
    }
  }

  news(line) { this.at('.q-news').textContent = line; }
  refresh() { return this.list().catch(() => { this.poll = setTimeout(() => this.refresh(), 5000); }); }

  // Add files, each by its path in the folder that it came from, if it came from one.
  async add(chosen) {
    this.unfold(true);
    this.brought = false;
    const path = file => file.path ?? file.webkitRelativePath, {limit, suffixes} = this.listed;
    // What else lies in a folder is no fault of anybody's.
    const other = chosen.filter(file => path(file) && !suffixes.some(suffix => file.name.toLowerCase().endsWith(suffix)));
    if (other.length) this.refuse(`Left out ${other.length === 1 ? '1 file' : `${other.length} files`} of other formats: ${other.map(one => one.name).join(', ')}`);
    for (const file of chosen.filter(one => !other.includes(one))) {
      const name = path(file) || file.name;
      try {
        if (file.size > limit * 1e6) throw new Error(`${name}: more than ${limit} MB, the most; split it up`);
        this.news(`Adding ${name}.`);
        await get('documents', {name: file.name}, {method: 'PUT', body: file});
      } catch (error) {
        this.refuse(error.message);
      }
      await this.refresh();
    }
  }

  // An error stays until it was read.
  refuse(line) {
    const row = make('div', {}, make('p', {textContent: line}), button('Dismiss', () => { row.remove(); this.at('.q-bring').focus(); },
      {label: `Dismiss: ${line}`}));
    this.at('.q-refused').append(row);
  }

  pasting() {
    const form = this.at('.q-pasted'), [name] = form.elements, text = form.querySelector('textarea'), toggle = this.at('.q-paste');
    toggle.addEventListener('click', () => {
      disclose(toggle, form, form.hidden);
      if (!form.hidden) text.focus();
    });
    form.addEventListener('submit', event => {
      event.preventDefault();
      this.add([new File([text.value], `${name.value.trim() || 'Pasted text'}.txt`)]);
      text.value = '';
      disclose(toggle, form, false);
    });
  }

  // What a document that was added is about, in a few of its own sentences.
  async overview(id) {
    const place = this.at('.q-overview');
    place.hidden = true;
    if (!this.fresh.delete(id)) return;
    const sentences = await get('overview', {id}).catch(() => []);
    if (this.source.shown?.id !== id) return;
    place.replaceChildren(make('h3', {textContent: `${id} in short`}), make('ul', {}, ...sentences.map(one => make('li', {}, ...linked(one, 'Show')))),
      button('Close', () => { place.hidden = true; }, {label: 'Close the overview'}));
    place.hidden = !sentences.length;
  }

  unfold(open) {
    disclose(this.toggle, this.panel, open);
    // It stands above the text, which may have been scrolled to a citation.
    if (open && beside()) this.source.pane.scrollTop = 0;
  }

  dropping() {
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
      dropped(event.dataTransfer).then(files => this.add(files));
    });
  }
}

// Which documents a question goes to, in words.
export function asking(documents, total) {
  const ready = documents.filter(one => one.state === 'ready'), asked = ready.filter(one => one.asked);
  const number = total - ready.length + asked.length;
  if (!number) return 'Asking no document';
  if (number === 1 && asked.length === 1) return `Asking ${asked[0].id}`;
  return number === total ? `Asking all ${total} documents` : `Asking ${number} of ${total} documents`;
}

// The files that are dropped, also those in folders.
async function dropped(data) {
  const entries = [...data.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some(one => one.isDirectory)) return [...data.files];
  const files = [];
  for (const entry of entries) await walk(entry, files);
  return files;
}

async function walk(entry, files) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => { entry.file(resolve, reject); });
    files.push(Object.assign(file, {path: entry.fullPath.slice(1)}));
    return;
  }
  const reader = entry.createReader();
  // It gives a hundred at a time, and none at the end.
  for (let some; (some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); })).length;) {
    for (const one of some) await walk(one, files);
  }
}

function tell(node, {id, state, asked, done, total, error}) {
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
