// What runs when the page is opened: it puts the parts together, and hands on what the server tells.
import { Announcer } from './announcer.js';
import { listen } from './connection.js';
import { ConnectionBadge } from './connection-badge.js';
import { send } from './control.js';
import { Dashboard } from './dashboard.js';
import { el, setText } from './dom.js';
import { Frames } from './frames.js';
import { themeSwitch } from './theme.js';

/** Between samples, as none comes while nothing changes: what counts down goes on, in ms. */
const TICK_MS = 500;

const title = el('h1', {}, 'rxllm');
const logo = el('img', { src: 'favicon.svg', alt: '', width: '22', height: '22' });
const badge = new ConnectionBadge();
const announcer = new Announcer();
const dashboard = new Dashboard(new Frames(), send, announcer);
let heardAt = performance.now();

const brand = el('div', { class: 'brand' }, logo, title);
const header = el('header', { class: 'top' }, brand, badge.element, themeSwitch());
document.body.append(header, dashboard.element, announcer.element);

listen({
  hello: (hello) => {
    heard();
    setText(title, hello.title);
    document.title = hello.title;
    dashboard.begin(hello);
  },
  sample: (sample) => {
    heard();
    dashboard.take(sample);
  },
  lost: () => {
    if (!badge.isLost) announcer.say('Connection lost: what is shown is old');
    badge.lost(performance.now());
  },
});

setInterval(() => {
  const now = performance.now();
  if (badge.isLost) badge.draw(now);
  else if (now - heardAt >= TICK_MS) dashboard.draw(now - heardAt);
}, TICK_MS);

function heard(): void {
  if (badge.isLost) announcer.say('Connected again');
  heardAt = performance.now();
  badge.heard(heardAt);
}
