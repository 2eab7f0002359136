// The few things that every part of the script needs of a page.

export const every = name => [...document.querySelectorAll(name)];

export function make(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
}

// A button; `label` is its name where its words alone do not say what it does.
export function button(words, does, {label = words, className = ''} = {}) {
  const node = make('button', {type: 'button', textContent: words, className});
  if (label !== words) node.setAttribute('aria-label', label);
  node.addEventListener('click', () => does(node));
  return node;
}

export const motion = () => matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';

// Whether the source stands beside the chat; else it stands below, and the page scrolls as a whole. The style
// has the same condition.
export const beside = () => matchMedia('(min-width: 861px) and (min-height: 521px)').matches;

// A button that shows and hides a part of the page.
export function disclose(toggle, part, open) {
  part.hidden = !open;
  toggle.setAttribute('aria-expanded', String(open));
}

export async function copy(words) {
  // Without a clipboard (a page that is not served from this machine or by https) a person copies by hand.
  if (navigator.clipboard) return navigator.clipboard.writeText(words);
  prompt('Copy this:', words);
}
