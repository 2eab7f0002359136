// The chat: what gradio lays out is made complete, and what is new in it is shown and told to the others.
import {button, every} from './dom.js';

export const turns = () => every('#q-chat .q-turn');
export const questions = () => every('#q-chat .q-asked');
// The id of the conversation that is shown, "" for none. A turn's id is turn-CONVERSATION-PLACE.
export const conversation = () => every('#q-chat .q-turn[id]').at(-1)?.id.split('-')[1] ?? '';

export class Chat {
  // `edit` is given a question and its place, `tools` a turn to be furnished, `changed` the turn that is new,
  // or none when one is gone.
  constructor({edit, tools, changed}) {
    Object.assign(this, {edit, tools, changed, seen: [], asked: ''});
    new MutationObserver(() => this.look()).observe(document.querySelector('#q-conversation'), {childList: true, subtree: true});
  }

  look() {
    this.dress();
    const asked = questions(), now = turns().map((turn, place) => key(turn, asked[place]));
    const last = asked.map(one => one.textContent).join('\n');
    if (last !== this.asked) {
      this.asked = last;
      scrollTo(asked.at(-1));
    }
    if (now.join() === this.seen.join()) return;
    const place = now.findLastIndex((one, nth) => one !== this.seen[nth]);
    this.seen = now;
    this.changed(turns()[place]);
    // After what has come above it.
    if (place >= 0) scrollTo(asked[place]);
  }

  // Gradio's sanitiser drops what a screen reader needs, so it is put back when a message has been laid out.
  dress() {
    every('#q-chat a.q-cite[title]').forEach(link => {
      link.dataset.where = link.title;
      link.setAttribute('aria-label', `${link.textContent} ${link.title}`);
      link.setAttribute('aria-describedby', 'q-tip');
      link.removeAttribute('title');
    });
    questions().forEach((heading, place) => {
      if (heading.nextElementSibling?.matches('.q-edit')) return;
      const edit = button('Edit', () => this.edit(heading.textContent, place), {className: 'q-edit', label: `Edit question ${place + 1}`});
      heading.after(edit);
    });
    every('#q-chat .q-turn[id]:not(:has(.q-tools))').forEach(turn => this.tools(turn));
    // Gradio repeats a message's HTML in a label, which would be read out.
    every('#q-chat [data-testid][aria-label]').forEach(node => node.removeAttribute('aria-label'));
    const send = document.querySelector('#q-box button');
    if (send && !send.hasAttribute('aria-label')) send.setAttribute('aria-label', 'Send');
  }
}

// What tells one answer from another: its question, its verdict and its quotes.
function key(turn, asked) {
  const quotes = [...turn.querySelectorAll('a.q-cite')].map(link => link.getAttribute('href'));
  return [turn.id, turn.className, asked?.textContent, ...quotes].join(' ');
}

// A new answer is read from its question on.
function scrollTo(question) {
  const row = question?.closest('.message-row') ?? question;
  row?.scrollIntoView({block: 'start', behavior: 'instant'});
}
