import { h, icon, icons } from './element';
import { previewOf } from './file-view';
import { maxFileBytes } from './protocol';
import type { Texts } from './texts';

const mostFiles = 10;
/** Longest side of a preview, in pixels of the canvas. */
const edge = 128;

/** Files that are chosen and not sent yet, each with a preview and a way to take it back. */
export function createAttachments(changed: () => void) {
  let texts: Texts;
  let files: File[] = [];
  const chips = new Map<File, HTMLElement>();
  const strip = h('div', { class: 'strip' });
  const refused = h('div', { class: 'count over', role: 'alert', hidden: true });

  function chip(file: File): HTMLElement {
    const label = texts.remove(file.name);
    const attributes = { type: 'button', class: 'stop', 'aria-label': label, title: label };
    const button = h('button', { ...attributes, onclick: () => remove(file) }, icon(icons.close));
    return h('div', { class: 'chip' }, previewOf(file, edge), button);
  }

  function show(reason = ''): void {
    strip.replaceChildren(
      ...files.map((file) => {
        const element = chips.get(file) ?? chip(file);
        chips.set(file, element);
        return element;
      }),
    );
    strip.hidden = files.length === 0;
    refused.hidden = reason === '';
    refused.textContent = reason;
    changed();
  }

  function remove(file: File): void {
    files = files.filter((each) => each !== file);
    chips.delete(file);
    show();
  }

  function reasonAgainst(file: File): string {
    if (file.size > maxFileBytes) return texts.fileTooLarge(file.name);
    return file.size === 0 ? texts.fileEmpty(file.name) : '';
  }

  return {
    element: h('div', { class: 'attachments' }, strip, refused),
    count: () => files.length,
    /** Takes those that can be sent, and says why it does not take the others. */
    add(chosen: Iterable<File>): void {
      const reasons: string[] = [];
      for (const file of chosen) {
        const reason = files.length >= mostFiles ? texts.tooManyFiles : reasonAgainst(file);
        if (reason === '') files.push(file);
        else if (!reasons.includes(reason)) reasons.push(reason);
      }
      show(reasons.join(' '));
    },
    /** Gives them away. */
    take(): File[] {
      const taken = files;
      files = [];
      chips.clear();
      show();
      return taken;
    },
    setTexts(next: Texts): void {
      texts = next;
      chips.clear();
      show();
    },
  };
}
