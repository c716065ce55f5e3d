import { createAttachments } from './attachments';
import { h, icon, icons } from './element';
import { maxTextCharacters } from './protocol';
import type { Texts } from './texts';

/** What choosers offer first; whether a file is taken the server says, by its content. */
const acceptedFiles =
  'image/*,audio/*,video/*,.pdf,.txt,.csv,.md,.json,.rtf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.odt,.ods,.odp';

/** Where the visitor writes: Enter sends, Shift+Enter and an open input method do not. */
export function createComposer(o: { send(text: string): void; sendFile(file: File): void; typing(): void }) {
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
  const attachments = createAttachments(() => refresh());
  const chooser = h('input', {
    type: 'file',
    multiple: true,
    hidden: true,
    accept: acceptedFiles,
    onchange: () => {
      attach(chooser.files ?? []);
      // The same file may be chosen again.
      chooser.value = '';
    },
  });
  const clip = h(
    'button',
    { class: 'attach', type: 'button', onclick: () => chooser.click() },
    icon(icons.attach),
  );
  const button = h('button', { class: 'send', type: 'submit' }, icon(icons.send));

  const remaining = () => maxTextCharacters - [...input.value].length;
  const sendable = () => (input.value.trim() !== '' || attachments.count() > 0) && remaining() >= 0;

  function refresh(): void {
    button.setAttribute('aria-disabled', String(!sendable()));
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight + 3}px`;
    const left = remaining();
    count.hidden = left > 500;
    count.textContent = left < 0 ? texts.tooLong : texts.left(left);
    count.classList.toggle('over', left < 0);
  }

  function attach(files: Iterable<File>): void {
    attachments.add(files);
    input.focus();
  }

  function submit(): void {
    input.focus();
    if (!sendable()) return;
    const text = input.value.trim();
    input.value = '';
    for (const file of attachments.take()) o.sendFile(file);
    if (text) o.send(text);
  }

  input.addEventListener('paste', ({ clipboardData }) => {
    // Office programs put a picture of the text beside it.
    if (!clipboardData?.files.length || clipboardData.types.includes('text/plain')) return;
    attach(clipboardData.files);
  });

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
    element: h(
      'form',
      { onsubmit },
      attachments.element,
      h('div', { class: 'line' }, chooser, clip, h('div', { class: 'field' }, label, input, count), button),
    ),
    attach,
    focus: () => input.focus(),
    setTexts(next: Texts): void {
      texts = next;
      label.textContent = texts.input;
      input.placeholder = texts.placeholder;
      button.setAttribute('aria-label', texts.send);
      button.title = texts.send;
      clip.setAttribute('aria-label', texts.attach);
      clip.title = texts.attach;
      attachments.setTexts(texts);
      refresh();
    },
  };
}
