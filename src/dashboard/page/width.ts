type Hear = (width: number) => void;

const hearers = new WeakMap<Element, Hear>();
let observer: ResizeObserver | undefined;

/** Tells how wide an element is, in whole pixels, without asking the browser to lay the page out. */
export function watchWidth(element: Element, hear: Hear): void {
  observer ??= new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      hearers.get(target)?.(Math.floor(contentRect.width));
    }
  });
  hearers.set(element, hear);
  observer.observe(element);
}

/** Tells no more. */
export function unwatchWidth(element: Element): void {
  observer?.unobserve(element);
  // What was seen before is told later, to nobody now.
  hearers.delete(element);
}
