import type { Hello, Sample, ServiceSample } from '../protocol.js';
import { changesBetween } from './changes.js';
import type { Announcer } from './announcer.js';
import { el, newId, setShown } from './dom.js';
import type { Frames } from './frames.js';
import { Models } from './models.js';
import { Overview } from './overview.js';
import type { Send } from './service-head.js';
import { ServiceSection } from './service-section.js';

/** What is shown of all services. */
export class Dashboard {
  readonly element = el('main');
  private readonly overview = new Overview();
  private readonly models = new Models();
  private readonly summary: HTMLElement;
  private readonly empty = el('p', { class: 'empty' }, 'Waiting for the first numbers …');
  private readonly sections = new Map<string, ServiceSection>();
  private readonly ids = new Map<string, string>();
  private hello: Hello | undefined;
  private sample: Sample | undefined;

  constructor(
    private readonly frames: Frames,
    private readonly send: Send,
    private readonly announcer: Announcer,
  ) {
    const id = newId();
    const models = el('div', { class: 'models' }, el('h3', {}, 'By model'), this.models.element);
    const heading = el('h2', { id }, 'Overview');
    const attributes = { class: 'overview', 'aria-labelledby': id };
    this.summary = el('section', attributes, heading, this.overview.element, models);
    setShown(this.summary, false);
    this.element.append(this.summary, this.empty);
  }

  /** Draws all anew. */
  begin(hello: Hello): void {
    this.hello = hello;
    this.setServices(hello.sample.services);
    for (const { name } of hello.sample.services) {
      this.sections.get(name)?.begin(hello.history[name] ?? []);
    }
    this.take(hello.sample);
  }

  /** Draws what is new. */
  take(sample: Sample): void {
    if (this.sample) this.changesBetween(this.sample, sample);
    this.sample = sample;
    if (sample.services.some(({ name }) => !this.sections.has(name))) {
      this.setServices(sample.services);
    }
    for (const service of sample.services) {
      this.sections.get(service.name)?.take(service, this.hello?.historyMs ?? 0);
    }
    this.draw(0);
  }

  /** Shows the latest sample as it is `elapsedMs` after it came. */
  draw(elapsedMs: number): void {
    const { sample, hello } = this;
    if (!sample || !hello) return;
    this.frames.request(this, () => this.drawSummary(sample.services));
    for (const section of this.sections.values()) {
      const now = sample.at + elapsedMs;
      this.frames.request(section, () => section.draw(now, elapsedMs, hello.historyMs));
    }
  }

  private drawSummary(services: readonly ServiceSample[]): void {
    if (services.length < 2) return;
    this.overview.draw(services, (name) => this.idOf(name));
    this.models.draw(services);
  }

  private changesBetween(before: Sample, after: Sample): void {
    for (const text of changesBetween(before, after)) this.announcer.say(text);
  }

  private setServices(services: readonly ServiceSample[]): void {
    for (const [name, section] of this.sections) {
      if (services.some((service) => service.name === name)) continue;
      section.remove();
      this.sections.delete(name);
    }
    for (const service of services) {
      const { element } = this.sectionOf(service);
      if (!element.isConnected) this.element.append(element);
    }
    setShown(this.summary, services.length > 1);
    setShown(this.empty, services.length === 0);
    this.empty.textContent = 'No services are shown here yet.';
  }

  private sectionOf(service: ServiceSample): ServiceSection {
    const known = this.sections.get(service.name);
    if (known) return known;
    const section = new ServiceSection(service, this.idOf(service.name), this.frames, this.send);
    this.sections.set(service.name, section);
    return section;
  }

  private idOf(name: string): string {
    const id = this.ids.get(name) ?? newId();
    this.ids.set(name, id);
    return id;
  }
}
