/**
 * Makes an element; texts are always texts, never markup.
 *
 * @param tag such as `div`.
 * @param attributes `class`, `aria-label` and the like.
 * @param children elements and texts.
 */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * Makes a button.
 *
 * @param label what it says.
 * @param look its class.
 * @param press what it does; while that goes on it can't be pressed again, but keeps the focus.
 */
export function makeButton(label: string, look: string, press: () => Promise<unknown>): HTMLButtonElement {
  const button = make('button', { type: 'button', class: look, 'data-part': look }, label);
  button.addEventListener('click', () => {
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    void press().finally(() => (button.ariaDisabled = null));
  });
  return button;
}

/**
 * Makes a button that lets a picture be chosen, or taken on a telephone.
 *
 * @param label for screen readers, and shown.
 * @param take gets the picture.
 */
export function makePictureButton(
  label: string,
  take: (picture: Blob) => Promise<unknown>,
): { element: HTMLLabelElement; caption: HTMLSpanElement } {
  const input = make('input', {
    type: 'file',
    accept: 'image/jpeg,image/png,image/gif',
    'data-part': 'picture',
  });
  const caption = make('span', {}, label);
  const element = make('label', { class: 'picture-button' }, input, caption);
  input.addEventListener('change', () => {
    const [picture] = input.files ?? [];
    input.value = '';
    if (picture) void take(picture);
  });
  return { element, caption };
}
