// The page of a document as a picture, with the cited passage marked in it; a view beside the text.
import {beside, make, motion} from './dom.js';
import {get} from './server.js';

export class Pages {
  constructor(element, source) {
    this.at = name => element.querySelector(name);
    // `wanted` is the view that was chosen, which a document without pages does not have.
    Object.assign(this, {source, wanted: false, page: 1, boxes: [], ticket: 0});
    this.views = [...element.querySelectorAll('[data-view]')];
    this.views.forEach(one => one.addEventListener('click', () => this.choose(one.dataset.view === 'page')));
    this.steps = [...element.querySelectorAll('[data-turn]')];
    this.steps.forEach(one => one.addEventListener('click', () => this.turn(this.page + Number(one.dataset.turn))));
    // What is searched is the text. Told before the search is, which reveals what it finds.
    for (const kind of ['input', 'click', 'keydown']) {
      this.at('.q-find').addEventListener(kind, ({target, key}) => {
        if (this.shown && (kind === 'input' || key === 'Enter' || target.closest('button'))) this.choose(false);
      }, {capture: true});
    }
  }

  get shown() { return !this.at('.q-page').hidden; }

  // Another document is shown.
  opened({pictures}) {
    this.page = 1;
    this.at('.q-sheet').replaceChildren();
    this.at('.q-view').hidden = !pictures;
    this.view(this.wanted && pictures > 0);
  }

  choose(page) {
    this.wanted = page;
    this.view(page);
    const mark = this.source.first;
    if (!page && mark) this.source.bring(mark);
  }

  view(page) {
    this.at('.q-page').hidden = !page;
    this.source.text.hidden = page;
    this.views.forEach(one => one.setAttribute('aria-pressed', String(page === (one.dataset.view === 'page'))));
    this.follow(true);
  }

  // Show the page of the passage that is cited, or the same page as before where none is.
  async follow(scroll) {
    const {found, shown} = this.source, mine = ++this.ticket;
    if (!this.shown) return;
    const boxes = found ? await get('boxes', {id: shown.id, start: found.start, end: found.end}) : [];
    if (mine !== this.ticket) return;
    this.boxes = boxes;
    this.turn(boxes[0]?.[0] ?? this.page, scroll);
  }

  async turn(page, scroll = true) {
    const {shown, text} = this.source, mine = ++this.ticket, [before, after] = this.steps;
    this.page = page;
    before.disabled = page <= 1;
    after.disabled = page >= shown.pictures;
    this.at('.q-turned').textContent = `Page ${page} of ${shown.pictures}`;
    const boxes = this.boxes.filter(([number]) => number === page);
    const quote = [...text.querySelectorAll('mark')].map(mark => mark.textContent).join('');
    const alt = `Page ${page} of ${this.source.name}${boxes.length ? `, where this is marked: ${quote}` : ''}`;
    const picture = make('img', {alt, src: `session/picture?${new URLSearchParams({id: shown.id, page})}`});
    const problem = await picture.decode().then(() => '', () => 'This page cannot be shown; see the text.');
    if (mine !== this.ticket) return;
    const marks = boxes.map(box => make('span', {className: 'q-box-mark', style: placed(box)}));
    this.at('.q-sheet').replaceChildren(...problem ? [problem] : [picture, ...marks]);
    const [first] = marks;
    if (scroll) (first ?? this.at('.q-page')).scrollIntoView({block: first ? 'center' : beside() ? 'nearest' : 'start', behavior: motion()});
  }
}

// The place of a box, which is given in fractions of the page.
export function placed([, x0, y0, x1, y1]) {
  const percent = part => `${Number((100 * part).toFixed(3))}%`;
  return `left:${percent(x0)};top:${percent(y0)};width:${percent(x1 - x0)};height:${percent(y1 - y0)}`;
}
