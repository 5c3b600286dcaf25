import type { Renderer2, RendererFactory2 } from '@angular/core';
import { PlainNode } from './plain-node.js';

const nothing = () => undefined;

/** Renders text and structure, and hears events; looks are nobody's business here. */
const renderer: Renderer2 = {
  data: {},
  destroyNode: null,
  destroy: nothing,
  createElement: (name: string) => new PlainNode(name),
  createComment: () => new PlainNode('#comment'),
  createText: (text: string) => new PlainNode('#text', text),
  selectRootElement: (given: string | PlainNode) =>
    typeof given === 'string' ? new PlainNode(given) : given,
  appendChild: (parent: PlainNode, child: PlainNode) => {
    parent.insert(child);
  },
  insertBefore: (parent: PlainNode, child: PlainNode, before: PlainNode) => {
    parent.insert(child, before);
  },
  removeChild: (_parent: unknown, child: PlainNode) => {
    child.parent?.remove(child);
  },
  parentNode: (node: PlainNode) => node.parent,
  nextSibling: (node: PlainNode) => node.parent?.after(node),
  setValue: (node: PlainNode, text: string) => {
    node.text = text;
  },
  listen: (node: PlainNode, event: string, listener) => node.listen(event, listener),
  setAttribute: nothing,
  removeAttribute: nothing,
  addClass: nothing,
  removeClass: nothing,
  setStyle: nothing,
  removeStyle: nothing,
  setProperty: nothing,
};

/** Lets Angular render without a browser, to a tree of `PlainNode`. */
export const plainRenderer: RendererFactory2 = { createRenderer: () => renderer };
