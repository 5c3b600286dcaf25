/** A little before it comes into sight, so that nothing is seen empty. */
const MARGIN = '150px';

type Hear = (isOnScreen: boolean) => void;

const hearers = new WeakMap<Element, Hear>();
let observer: IntersectionObserver | undefined;

/** Tells whether an element is on the screen: when it comes there and when it leaves. */
export function watchOnScreen(element: Element, hear: Hear): void {
  observer ??= new IntersectionObserver(tell, { rootMargin: MARGIN });
  hearers.set(element, hear);
  observer.observe(element);
}

/** Tells no more. */
export function unwatchOnScreen(element: Element): void {
  observer?.unobserve(element);
  // What was seen before is told later, to nobody now.
  hearers.delete(element);
}

function tell(entries: readonly IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) hearers.get(target)?.(isIntersecting);
}
