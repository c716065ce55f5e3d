type Child = Node | string | false | undefined;
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

/**
 * Makes an element. Texts become text nodes, never markup; `onX` attributes become listeners, so a strict
 * Content-Security-Policy has nothing to refuse.
 */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

const svg = 'http://www.w3.org/2000/svg';

/** A 24 by 24 line icon from the data of its path. */
export function icon(path: string): SVGElement {
  const element = document.createElementNS(svg, 'svg');
  element.setAttribute('viewBox', '0 0 24 24');
  element.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(svg, 'path');
  line.setAttribute('d', path);
  element.append(line);
  return element;
}

export const icons = {
  chat: 'M4 5.5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-8.5L7 21v-3.500H4a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1ZM8 10h8M8 13.500h5',
  down: 'M6 9l6 6 6-6',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M5 12h13M12.500 6l6 6-6 6',
  attach:
    'M20 11.500l-7.800 7.800a5 5 0 0 1-7.100-7.100l8.300-8.300a3.300 3.300 0 0 1 4.700 4.700l-8.300 8.300a1.700 1.700 0 0 1-2.400-2.400l7.300-7.300',
  file: 'M13.500 3.500H7a1 1 0 0 0-1 1v15a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V8ZM13.500 3.500V8H18',
  star: 'M12 3.700l2.500 5.300 5.800.8-4.200 4 1 5.800-5.100-2.800-5.100 2.800 1-5.800-4.200-4 5.800-.8Z',
  bot: 'M7 8h10a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2ZM12 8V4.500M9.500 13v1M14.500 13v1M2.500 12.500v3M21.500 12.500v3',
  agent:
    'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 20.500c.6-3.800 3.700-5.500 7.500-5.500s6.900 1.700 7.500 5.500',
};
