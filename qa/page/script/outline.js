// The headings of the document, or its pages, as a list that leads to them.
import {beside, button, disclose, make} from './dom.js';

export class Outline {
  constructor(element, source) {
    this.source = source;
    this.list = element.querySelector('.q-outline');
    this.toggle = element.querySelector('.q-outlined');
    this.toggle.addEventListener('click', () => {
      this.show(this.list.hidden);
      if (!this.list.hidden) this.list.querySelector('button').focus();
    });
    this.list.addEventListener('keydown', event => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.show(false);
      this.toggle.focus();
    });
  }

  show(open) { disclose(this.toggle, this.list, open); }

  fill(nodes) {
    const headings = nodes.filter(node => node.dataset.heading), pages = nodes.filter(node => node.dataset.page);
    const entries = headings.length > 1
      ? headings.map(node => [node, node.dataset.heading, Number(node.tagName[1]) - 3])
      : pages.length > 1 ? pages.map(node => [node, `Page ${node.dataset.page}`, 0]) : [];
    this.list.firstElementChild.replaceChildren(...entries.map(([node, label, depth]) => {
      const entry = button(label, () => {
        if (!beside()) this.show(false);
        node.tabIndex = -1;
        this.source.bring(node, 'start');
        node.focus({preventScroll: true});
      });
      entry.style.paddingInlineStart = `${.6 + Math.max(0, depth) * 1.1}rem`;
      return make('li', {}, entry);
    }));
    this.toggle.hidden = !entries.length;
    this.show(false);
  }
}
