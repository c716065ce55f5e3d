import { h, icon, icons } from './element';
import { maxTextCharacters } from './protocol';
import type { Texts } from './texts';

/** Where the visitor writes: Enter sends, Shift+Enter and an open input method do not. */
export function createComposer(o: { send(text: string): void; typing(): void }) {
  let texts: Texts;
  const input = h('textarea', {
    rows: '1',
    id: 'message',
    autocomplete: 'off',
    enterkeyhint: 'send',
    'aria-describedby': 'count',
  });
  const label = h('label', { class: 'hide', for: 'message' });
  const count = h('div', { class: 'count', id: 'count', hidden: true });
  const button = h('button', { class: 'send', type: 'submit' }, icon(icons.send));

  const remaining = () => maxTextCharacters - [...input.value].length;
  const sendable = () => input.value.trim() !== '' && remaining() >= 0;

  function refresh(): void {
    button.setAttribute('aria-disabled', String(!sendable()));
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight + 3}px`;
    const left = remaining();
    count.hidden = left > 500;
    count.textContent = left < 0 ? texts.tooLong : texts.left(left);
    count.classList.toggle('over', left < 0);
  }

  function submit(): void {
    input.focus();
    if (!sendable()) return;
    const text = input.value.trim();
    input.value = '';
    refresh();
    o.send(text);
  }

  input.addEventListener('input', () => {
    refresh();
    if (input.value.trim()) o.typing();
  });
  input.addEventListener('keydown', (event) => {
    // 229: the key belongs to an input method, which Safari reports after the composition has ended.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  const onsubmit = (event: Event) => {
    event.preventDefault();
    submit();
  };
  return {
    element: h('form', { onsubmit }, h('div', { class: 'field' }, label, input, count), button),
    focus: () => input.focus(),
    setTexts(next: Texts): void {
      texts = next;
      label.textContent = texts.input;
      input.placeholder = texts.placeholder;
      button.setAttribute('aria-label', texts.send);
      button.title = texts.send;
      refresh();
    },
  };
}
