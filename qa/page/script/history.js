// The conversations of this session: a new one, the earlier ones, and the one that is shown as a file.
import {button, disclose, make} from './dom.js';
import {conversation} from './chat.js';
import {get, post} from './server.js';

const REMEMBERED = 'quoth-conversation';
const FORMS = {html: 'Web page', markdown: 'Markdown', json: 'JSON'};

export class History {
  constructor(open) {
    this.open = open;
    this.shown = '';
    this.held = [];
    this.fresh = button('New conversation', () => this.begin());
    this.toggle = button('Earlier conversations', () => this.show(this.list.hidden));
    this.toggle.setAttribute('aria-controls', 'q-earlier');
    this.list = make('ul', {id: 'q-earlier', hidden: true});
    this.save = make('span', {id: 'q-export'}, 'Save as ',
      ...Object.entries(FORMS).map(([form, words]) => make('a', {textContent: words, className: `q-${form}`, download: ''})));
    this.notice = make('p', {id: 'q-notice'});
    this.notice.setAttribute('role', 'status');
    this.bar = make('div', {id: 'q-history', hidden: true}, this.fresh, this.toggle, this.save);
    document.querySelector('#q-chat').before(this.bar, this.list, this.notice);
    this.list.addEventListener('keydown', event => {
      if (event.key === 'Escape') { this.show(false); this.toggle.focus(); }
    });
    this.show(false);
  }

  // After a reload this tab's conversation; in a new tab the last one; none where a new one was begun.
  async restore() {
    const remembered = sessionStorage.getItem(REMEMBERED);
    await this.refresh();
    if (remembered !== '' && this.held.length) this.open(remembered);
  }

  async refresh() { this.fill(await get('conversations').catch(() => [])); }

  changed() {
    this.shown = conversation();
    if (this.shown) sessionStorage.setItem(REMEMBERED, this.shown);
    for (const form of Object.keys(FORMS)) {
      const query = new URLSearchParams({conversation: this.shown, form});
      this.save.querySelector(`.q-${form}`).href = `session/export?${query}`;
    }
    this.fill(this.held);
    this.refresh();
  }

  fill(held) {
    this.held = held;
    const others = held.filter(one => one.id !== this.shown);
    this.fresh.hidden = this.save.hidden = !this.shown;
    this.toggle.hidden = !others.length;
    this.bar.hidden = !this.shown && !others.length;
    this.toggle.textContent = `Earlier conversations: ${others.length}`;
    if (!others.length) this.show(false);
    this.list.replaceChildren(...others.map(one => make('li', {},
      button(one.questions[0], () => { this.show(false); this.say(''); this.open(one.id); }, {className: 'q-earlier'}),
      make('span', {textContent: `${new Date(one.begun).toLocaleTimeString([], {timeStyle: 'short'})}, ${
        one.questions.length === 1 ? '1 question' : `${one.questions.length} questions`}`}),
      button('Delete', () => this.delete(one), {label: `Delete ${one.questions[0]}`}))));
  }

  show(open) { disclose(this.toggle, this.list, open); }

  begin() {
    const left = this.shown;
    sessionStorage.setItem(REMEMBERED, '');
    this.open('');
    this.say('A new conversation.', () => this.open(left));
  }

  async delete({id}) {
    this.fill(await get('conversations', {id}, {method: 'DELETE'}));
    this.say('The conversation is deleted.', async () => this.fill(await post('conversations')));
  }

  say(words, undo) {
    this.notice.replaceChildren(words, ...undo ? [' ', button('Undo', () => { this.say(''); undo(); })] : []);
  }
}
