// The citations of the conversation: the one that is shown in the source, the steps between them, and the
// quote of the one under the pointer.
import {beside, every, make} from './dom.js';

export class Citations {
  // `told` is called when another citation is shown.
  constructor(element, source, box) {
    Object.assign(this, {source, box, current: null, hinted: null, leaving: 0, told: () => {}});
    this.at = name => element.querySelector(name);
    this.steps = [...element.querySelectorAll('[data-cite]')];
    this.steps.forEach(one => one.addEventListener('click', () => this.step(Number(one.dataset.cite))));
    this.tip = make('div', {id: 'q-tip', hidden: true});
    this.tip.setAttribute('role', 'tooltip');
    document.body.append(this.tip);
    document.addEventListener('pointerover', event => this.point(event));
    document.addEventListener('focusin', ({target}) => {
      if (target.matches('a.q-cite:focus-visible')) this.hint(target);
      else this.unhint(0);
    });
    document.addEventListener('scroll', ({target}) => { if (target.contains(this.hinted)) this.unhint(0); },
      {capture: true, passive: true});
    document.addEventListener('click', event => {
      const link = event.target.closest?.('a.q-cite, a.q-back');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      // A click that comes from a key has no detail; the keyboard goes where the eye goes.
      if (link.matches('.q-cite')) this.cite(link, {focus: event.detail === 0});
      else this.back();
    });
  }

  get all() { return every('#q-chat .q-turn a.q-cite:not(.q-mention)'); }

  async cite(link, options) {
    this.now(link);
    const near = Boolean(link.closest('.q-closest')), turn = link.closest('.q-turn');
    const kind = near ? 'A close passage, not an answer' : turn?.matches('.q-likely, .q-guessed') ? 'Best guess' : '';
    await this.source.go(link.getAttribute('href'), {kind, near, ...options});
    this.count();
  }

  now(link) {
    this.current?.classList.remove('current');
    this.current = link;
    link?.classList.add('current');
    this.count();
  }

  // The source follows an answer: it marks its first quote, or nothing when nothing is quoted. Where the
  // address names a quote of it, as after a reload, that one is shown.
  follow(turn) {
    const links = turn ? [...turn.querySelectorAll('a.q-cite')] : [];
    const link = links.find(one => one.getAttribute('href') === location.hash) ?? links[0];
    if (link) return this.cite(link, {scroll: beside()});
    this.now(null);
    this.source.clear();
  }

  count() {
    const all = this.all, nth = all.indexOf(this.current), [before, after] = this.steps;
    const said = `${nth < 0 ? '–' : nth + 1} of ${all.length}`;
    if (this.at('.q-nth').textContent !== said) this.at('.q-nth').textContent = said;
    before.disabled = nth <= 0;
    after.disabled = nth >= all.length - 1;
    this.told();
  }

  step(by) {
    const all = this.all, next = all[all.indexOf(this.current) + by];
    if (next) this.cite(next);
  }

  back() { (this.current?.isConnected ? this.current : this.box).focus(); }

  point(event) {
    const link = event.target.closest?.('a.q-cite');
    if (event.pointerType !== 'touch' && link) this.hint(link);
    else if (event.target.closest?.('#q-tip')) clearTimeout(this.leaving);
    else if (!this.tip.hidden && !document.activeElement.matches('a.q-cite:focus-visible')) this.unhint(200);
  }

  hint(link) {
    const quote = quoted(link), {tip} = this;
    if (!quote) return;
    clearTimeout(this.leaving);
    this.hinted = link;
    tip.replaceChildren(
      make('blockquote', {}, ...quote.cloneNode(true).childNodes), make('p', {textContent: link.dataset.where}));
    tip.hidden = false;
    const [box, size] = [link.getBoundingClientRect(), tip.getBoundingClientRect()];
    const edge = beside() ? document.querySelector('#q-conversation').getBoundingClientRect().right : innerWidth;
    const below = box.bottom + 8 + size.height <= innerHeight;
    tip.style.left = `${Math.max(8, Math.min(box.left, edge - size.width - 8))}px`;
    tip.style.top = `${below ? box.bottom + 8 : Math.max(8, box.top - size.height - 8)}px`;
  }

  unhint(wait) {
    clearTimeout(this.leaving);
    this.leaving = setTimeout(() => { this.tip.hidden = true; }, wait);
  }
}

function quoted(link) {
  let node = link.previousSibling;
  while (node && !node.matches?.('.q-quote')) node = node.previousSibling;
  return node;
}
