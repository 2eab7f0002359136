// Search within the document that is shown.
import {pattern} from './passages.js';

const MOST = 2000;

export class Search {
  constructor(element, source) {
    this.at = name => element.querySelector(name);
    this.source = source;
    this.sought = '';
    this.hits = [];
    this.hit = -1;
    const seek = this.at('.q-find input');
    const step = (words, by) => { this.find(words, by); this.reveal(); };
    seek.addEventListener('input', () => step(seek.value, 0));
    seek.addEventListener('keydown', event => {
      if (event.key === 'Escape') { seek.value = ''; this.find(''); }
      if (event.key === 'Enter') step(seek.value, event.shiftKey ? -1 : 1);
    });
    this.steps = [...element.querySelectorAll('[data-find]')];
    this.steps.forEach(one => one.addEventListener('click', () => step(seek.value, Number(one.dataset.find))));
  }

  // Find words, or go on by `go` where they are the same as before.
  find(words = this.sought, go = 0) {
    const again = words === this.sought && this.hits.length;
    this.sought = words;
    CSS.highlights?.delete('found');
    CSS.highlights?.delete('found-now');
    const query = pattern(words), hits = query ? matches(this.source.text, query) : [];
    this.hits = hits;
    this.hit = !hits.length ? -1 : again ? (this.hit + go + hits.length) % hits.length : 0;
    const many = hits.length === MOST ? `${MOST}+` : hits.length;
    this.at('.q-found').textContent = !query ? '' : hits.length ? `${this.hit + 1} of ${many}` : 'Not found';
    this.steps.forEach(one => { one.disabled = hits.length < 2; });
    if (!hits.length) return;
    CSS.highlights?.set('found', new Highlight(...hits));
    CSS.highlights?.set('found-now', new Highlight(hits[this.hit]));
  }

  reveal() {
    if (this.hit < 0) return;
    const range = this.hits[this.hit], pane = this.source.scroller;
    range.startContainer.parentElement.scrollIntoView({block: 'nearest', behavior: 'instant'});
    const box = range.getBoundingClientRect(), bar = this.at('.q-bar').getBoundingClientRect();
    if (box.top < bar.bottom + 24 || box.bottom > innerHeight - 24) pane.scrollTop += box.top - innerHeight / 2;
  }
}

function matches(text, query) {
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
  for (const {index, 0: words} of whole.matchAll(query)) {
    const range = new Range();
    range.setStart(...point(index));
    const [last, until] = point(index + words.length - 1);
    range.setEnd(last, until + 1);
    if (found.push(range) === MOST) break;
  }
  return found;
}
