// The box: what is typed there, asked again and recalled; and the questions that are suggested.
import {button, make} from './dom.js';
import {get} from './server.js';
import {questions} from './chat.js';

// The question that the arrow keys lead to from the one at `place`, of all asked; null where none is left.
export function recalled(asked, place, by) {
  const next = place + by;
  return next < 0 ? null : next >= asked.length ? {place: asked.length, words: ''} : {place: next, words: asked[next]};
}

// Whether a question was asked in other words: each of its longer words is one of that question's, or of its kin.
export function repeats(question, asked) {
  const kin = words => words.toLowerCase().match(/[\p{L}\p{N}]+/gu)?.filter(word => word.length > 3).map(word => word.slice(0, 5)) ?? [];
  const before = new Set(kin(asked)), now = kin(question).filter(word => !['what', 'when', 'where', 'does', 'that'].includes(word));
  return question === asked || (now.length > 0 && now.every(word => before.has(word)));
}

export class Asking {
  constructor() {
    this.row = document.querySelector('#q-box');
    this.box = this.row.querySelector('textarea');
    this.at = null;
    this.offers = make('div', {id: 'q-examples'});
    this.offers.setAttribute('role', 'group');
    this.offers.setAttribute('aria-label', 'Suggested questions');
    this.editing = make('div', {id: 'q-editing', hidden: true}, make('span'), button('Cancel', () => this.edit('', null)));
    this.row.before(this.offers, this.editing);
    // Before gradio hears of it: an empty question is not sent.
    ['keydown', 'click'].forEach(kind => document.addEventListener(kind, event => this.halt(event), true));
    this.box.addEventListener('keydown', event => this.recall(event));
    this.box.addEventListener('input', ({isTrusted}) => { if (isTrusted) this.at = null; });
  }

  halt(event) {
    const sends = event.key ? event.key === 'Enter' && !event.shiftKey && event.target === this.box :
      event.target.closest?.('#q-box button');
    if (!sends) return;
    if (this.box.value.trim()) {
      this.at = null;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  write(words) {
    Object.assign(this.box, {value: words}).dispatchEvent(new Event('input', {bubbles: true}));
  }

  ask(question) {
    this.write(question);
    // After gradio has taken the value over.
    requestAnimationFrame(() => this.row.querySelector('button').click());
  }

  // Have the next question take the place of an earlier one; of none where `place` is null.
  edit(words, place) {
    this.write(words);
    this.editing.hidden = place === null;
    this.editing.firstChild.textContent = place === null ? '' : `Question ${place + 1} will be asked again.`;
    if (place === null) delete this.row.dataset.edited;
    else this.row.dataset.edited = place;
    this.box.focus();
  }

  edited() { if ('edited' in this.row.dataset) this.edit(this.box.value, null); }

  recall(event) {
    const by = {ArrowUp: -1, ArrowDown: 1}[event.key], asked = questions().map(one => one.textContent);
    if (!by || (this.at === null && this.box.value)) return;
    const found = recalled(asked, this.at ?? asked.length, by);
    event.preventDefault();
    if (!found) return;
    this.at = found.place < asked.length ? found.place : null;
    this.write(found.words);
  }

  // Suggest questions to a document once nothing else is being done for it.
  async suggest(id, current, settled) {
    this.suggested = [];
    this.offer();
    await settled;
    if (current() !== id) return;
    const offered = await get('suggestions', {id}).catch(() => []);
    if (current() !== id) return;
    this.suggested = offered;
    this.offer();
  }

  // What was asked already is not offered, and beside a conversation no more than fits a line.
  offer() {
    const asked = questions().map(one => one.textContent);
    const left = (this.suggested ?? []).filter(question => !asked.some(one => repeats(question, one)));
    this.offers.replaceChildren(...left.map(question => button(question, () => this.ask(question))));
    const [first, ...others] = this.offers.children;
    if (asked.length) others.filter(one => one.offsetTop > first.offsetTop).forEach(one => one.remove());
  }
}
