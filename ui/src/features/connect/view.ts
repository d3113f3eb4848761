/** Scrolls what has just appeared to where it is seen. */
export function intoView(element: Element): void {
  element.scrollIntoView({ block: 'nearest' });
}
