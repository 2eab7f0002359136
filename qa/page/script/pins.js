// Quotes that a person pins, which are saved with the conversation.
import {button, disclose, make} from './dom.js';
import {conversation} from './chat.js';
import {get, post} from './server.js';
import {linked} from './using.js';

export class Pins {
  constructor(element, citations) {
    this.citations = citations;
    this.pin = element.querySelector('.q-pin');
    this.pin.addEventListener('click', async () => {
      const [, conversation, turn] = citations.current.closest('.q-turn').id.split('-');
      this.fill(await post('pin', {conversation, turn, place: this.place(citations.current)}));
    });
    this.list = make('ul', {id: 'q-pinned', hidden: true});
    this.toggle = button('', () => disclose(this.toggle, this.list, this.list.hidden));
    disclose(this.toggle, this.list, false);
    document.querySelector('#q-export').before(this.toggle);
    document.querySelector('#q-notice').before(this.list);
    this.fill([]);
  }

  place(link) { return Number(link.textContent.slice(1, -1)) - 1; }

  async refresh() {
    const shown = conversation();
    this.fill(shown ? await get('pin', {conversation: shown}).catch(() => []) : []);
  }

  fill(pinned) {
    this.pinned = pinned;
    this.toggle.hidden = !pinned.length;
    this.toggle.textContent = `Pinned quotes: ${pinned.length}`;
    if (!pinned.length) disclose(this.toggle, this.list, false);
    this.list.replaceChildren(...pinned.map((one, place) => make('li', {}, ...linked(one), ' ',
      button('Unpin', async () => this.fill(await get('pin', {conversation: conversation(), place}, {method: 'DELETE'}))))));
    this.tell();
  }

  // Whether the quote that is shown is pinned already.
  tell() {
    const {current} = this.citations, cited = Boolean(current?.closest('.q-turn') && !current.matches('.q-mention'));
    this.pin.hidden = !cited;
    const href = current?.getAttribute('href')?.replace(/&exact=[\d-]+/, '');
    const on = this.pinned.some(one => one.href.replace(/&exact=[\d-]+/, '') === href);
    this.pin.textContent = on ? 'Unpin quote' : 'Pin quote';
  }
}
