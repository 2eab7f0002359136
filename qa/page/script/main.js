// The page's script: makes its parts and tells each what it needs of the others.
import {Asking} from './asking.js';
import {Chat} from './chat.js';
import {Citations} from './citations.js';
import {button, copy, make} from './dom.js';
import {History} from './history.js';
import {judging} from './judging.js';
import {Outline} from './outline.js';
import {Pages} from './pages.js';
import {Pins} from './pins.js';
import {Search} from './search.js';
import {Documents} from './documents.js';
import {Source} from './source.js';
import {using} from './using.js';

// `element` is the source panel, `trigger` tells the server what to do with the conversation.
export async function start(element, trigger) {
  // Gradio lays its components out in no fixed order.
  for (const name of ['#q-box textarea', '#q-documents-button', '#q-chat']) {
    while (!document.querySelector(name)) await new Promise(again => { setTimeout(again, 10); });
  }
  const act = (name, given) => trigger('select', {act: name, ...given});
  const asking = new Asking();
  const source = new Source(element, {
    opened(shown) {
      documents.overview(shown.id);
      outline.fill(source.laid.map(piece => piece.node));
      search.find('');
      pages.opened(shown);
      asking.suggest(shown.id, () => source.shown?.id, documents.settled());
    },
    marked(scroll) {
      search.find();
      pages.follow(scroll);
    },
    shows: () => documents.unfold(false),
    turned: page => pages.turn(page),
  });
  const pages = new Pages(element, source);
  const outline = new Outline(element, source), search = new Search(element, source);
  const citations = new Citations(element, source, asking.box), documents = new Documents(element, source);
  const history = new History(conversation => act('open', {conversation}));
  const pins = new Pins(element, citations);
  citations.told = () => pins.tell();
  new Chat({
    edit: (words, place) => asking.edit(words, place),
    tools: turn => tools(turn, act),
    changed(turn) {
      asking.edited();
      asking.offer();
      history.changed();
      pins.refresh();
      if (turn) element.querySelector('.q-overview').hidden = true;
      citations.follow(turn);
    },
  });

  const link = element.querySelector('.q-link');
  link.addEventListener('click', event => {
    event.preventDefault();
    copy(link.href).then(() => { link.textContent = 'Link copied'; });
    setTimeout(() => { link.textContent = 'Copy link'; }, 2000);
  });
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    if (!citations.tip.hidden) citations.unhint(0);
    else if (event.target.closest('.q-text, .q-page')) citations.back();
  });
  addEventListener('hashchange', () => source.go(location.hash));

  await documents.list();
  await history.restore();
  if (await source.go(location.hash) || !source.untouched || !documents.readable.length) return;
  const said = element.querySelector('.q-place').textContent;
  if (await source.open(documents.readable[0]) && said) source.say(said);
}

// What can be done with an answer. Its id is turn-CONVERSATION-PLACE.
function tools(turn, act) {
  const place = Number(turn.id.split('-')[2]), bar = make('div', {className: 'q-tools'});
  if (turn.matches('.q-refusal')) bar.append(button('Show the best guess anyway', () => act('guess', {turn: place})));
  if (turn.matches('.q-follow-up')) bar.append(button('Ask it as it stands', () => act('alone', {turn: place})));
  const places = using(turn, bar);
  judging(turn, bar);
  turn.append(bar, places);
}
