interface Kept {
  state: string;
  element: HTMLElement;
}

/** A list on the page. */
export interface KeptList<T> {
  /** Shows these in this order; what did not change is left alone. */
  show(items: readonly T[]): void;
  /** Shows all of them anew, such as in another language. */
  showAgain(): void;
}

/**
 * Keeps a list in step with what it shows. An element of an item that did not change stays as it is: with its focus, what
 * was typed into it, and without being read out again.
 *
 * @param list where the elements go.
 * @param render makes an item's element.
 */
export function keepList<T extends { id: string }>(
  list: HTMLElement,
  render: (item: T) => HTMLElement,
): KeptList<T> {
  let kept = new Map<string, Kept>();
  let shown: readonly T[] = [];

  function show(items: readonly T[], again: boolean): void {
    const next = new Map<string, Kept>();
    for (const item of items) {
      const state = JSON.stringify(item);
      const before = kept.get(item.id);
      if (before && before.state === state && !again) next.set(item.id, before);
      else next.set(item.id, { state, element: replaced(before?.element, render(item)) });
    }
    for (const [id, { element }] of kept) if (!next.has(id)) element.remove();
    [...next.values()].forEach(({ element }, index) => {
      const there = list.children[index];
      if (there !== element) list.insertBefore(element, there ?? null);
    });
    kept = next;
    shown = items;
  }

  return {
    show: (items) => show(items, false),
    showAgain: () => show(shown, true),
  };
}

/** Whoever was at a control of the old element is at the same one of the new, or at the element itself. */
function replaced(before: HTMLElement | undefined, element: HTMLElement): HTMLElement {
  const at = before?.contains(document.activeElement) ? document.activeElement : undefined;
  before?.replaceWith(element);
  if (!at) return element;
  const same = [...element.querySelectorAll<HTMLElement>('[data-part]')].find(
    ({ dataset }) => dataset.part === at.getAttribute('data-part'),
  );
  element.tabIndex = -1;
  (same ?? element).focus({ preventScroll: true });
  return element;
}
