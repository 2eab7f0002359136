// What can be done with an answer: copy it with its quotes, and find all places that mention the same.
import {button, copy, disclose, make} from './dom.js';
import {get} from './server.js';

const FORMS = {plain: 'Plain text', markdown: 'Markdown', footnote: 'Footnote'};

// A quote with the link that shows it in the source.
export function linked({href, where, before, exact, after}, words = where) {
  const link = make('a', {href, textContent: words, className: 'q-cite q-mention'});
  link.dataset.where = where;
  return [make('span', {className: 'q-quote'}, before, ...exact ? [make('b', {textContent: exact})] : [], after), ' ', link];
}

export function using(turn, bar) {
  const [, conversation, place] = turn.id.split('-'), query = {conversation, turn: place};
  const forms = make('span', {className: 'q-forms', hidden: true}), places = make('div', {className: 'q-places', hidden: true});
  const toggle = button('Copy', () => disclose(toggle, forms, forms.hidden));
  disclose(toggle, forms, false);
  forms.append(...Object.entries(FORMS).map(([form, words]) => button(words, async one => {
    await copy(await get('copy', {...query, form}));
    one.textContent = 'Copied';
    setTimeout(() => { one.textContent = words; }, 2000);
  }, {label: `Copy as ${words.toLowerCase()}`})));
  bar.append(toggle, forms);
  // A place's number is mentioned nowhere else.
  const short = turn.querySelector('.q-short:not(.q-located)');
  if (!short) return places;
  const all = button('All mentions', async () => {
    if (!places.hidden) return disclose(all, places, false);
    const found = await get('mentions', query);
    const many = found.places.length === found.most ? `The first ${found.most} places` : `${found.places.length} ${found.places.length === 1 ? 'place' : 'places'}`;
    places.replaceChildren(make('p', {textContent: `${many} with “${found.words}”:`}),
      make('ul', {}, ...found.places.map(one => make('li', {}, ...linked(one)))));
    disclose(all, places, true);
  }, {label: `All places that mention “${short.textContent}”`});
  disclose(all, places, false);
  bar.append(all);
  return places;
}
