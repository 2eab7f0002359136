// What a person says of an answer, and what is kept of it: that is said before anything is kept.
import {button, make} from './dom.js';
import {post} from './server.js';

const REASONS = {wrong: 'It is wrong', incomplete: 'It is incomplete', 'not in the source': 'The documents do not say this'};
const REFUSAL_REASONS = {'it is in the source': 'It is in the documents'};

export function judging(turn, bar) {
  const [, conversation, place] = turn.id.split('-'), own = Boolean(turn.closest('.q-own')), refused = turn.matches('.q-refusal');
  const said = make('p', {className: 'q-thanks'});
  said.setAttribute('role', 'status');
  const consent = make('input', {type: 'checkbox'});
  const send = async (judgement, pressed) => {
    try {
      const {file} = await post('feedback', {conversation, turn: place}, {...judgement, consent: consent.checked});
      said.textContent = `Thank you. It is kept on the computer that runs Quoth, in ${file}.`;
      [up, down].forEach(one => one.setAttribute('aria-pressed', String(one === pressed)));
    } catch (error) {
      said.textContent = error.message;
    }
  };
  const up = button('👍', () => { form.hidden = true; send({good: true}, up); },
    {label: refused ? 'Right: the documents do not say it' : 'This answer is right'});
  const down = button('👎', () => {
    form.hidden = !form.hidden;
    if (!form.hidden) form.querySelector('select').focus();
  }, {label: refused ? 'It is in the documents' : 'This answer is not right'});
  const kept = make('p', {className: 'q-kept', id: `kept-${conversation}-${place}`}, own
    ? 'A thumb keeps your judgement on the computer that runs Quoth, but no question, answer or quote. '
    : 'A thumb keeps the conversation up to here, with its quotes, on the computer that runs Quoth until its operator deletes it.');
  if (own) kept.append(make('label', {}, consent, ' Keep the conversation up to here and its quotes, too'));
  [up, down].forEach(one => {
    one.title = one.getAttribute('aria-label');
    one.setAttribute('aria-pressed', 'false');
    one.setAttribute('aria-describedby', kept.id);
  });
  const reason = make('select', {}, ...Object.entries(refused ? REFUSAL_REASONS : REASONS).map(([value, words]) => new Option(words, value)));
  reason.setAttribute('aria-label', 'What is wrong');
  const ask = refused ? 'Which answer is in the documents?' : 'What would be right?';
  const right = make('input', {placeholder: `${ask} (optional)`, maxLength: 2000});
  right.setAttribute('aria-label', `${ask} Optional`);
  // The right answer is kept with the conversation alone.
  right.hidden = own;
  consent.addEventListener('change', () => { right.hidden = !consent.checked; });
  const form = make('form', {className: 'q-why', hidden: true}, reason, right, make('button', {textContent: 'Send feedback'}));
  form.addEventListener('submit', event => {
    event.preventDefault();
    form.hidden = true;
    send({good: false, reason: reason.value, right: right.hidden ? '' : right.value}, down);
    down.focus();
  });
  bar.append(up, down, kept, form, said);
}
