import { h, icon, icons } from './element';
import { fileView, previewOf } from './file-view';
import type { ChatMessage, Content, MenuOption, Role, Unsent } from './protocol';
import type { Texts } from './texts';

const link = /https?:\/\/[^\s<>"'，。；！？）】]+[^\s<>"'，。；！？）】.,;:!?)\]]/g;

function anchor(url: string, label: string): Node {
  if (!/^https?:\/\//i.test(url)) return document.createTextNode(label);
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow' }, label);
}

/** Text with its web addresses as links; nothing in it is markup. */
function linked(text: string): Node[] {
  const nodes: Node[] = [];
  let end = 0;
  for (const match of text.matchAll(link)) {
    nodes.push(document.createTextNode(text.slice(end, match.index)), anchor(match[0], match[0]));
    end = match.index + match[0].length;
  }
  return [...nodes, document.createTextNode(text.slice(end))];
}

const caption = (text: string): Node[] => (text ? [h('div', { class: 'caption' }, ...linked(text))] : []);

/** How rows are made. */
export interface RowOptions {
  texts: Texts;
  locale: string;
  /** Where the paths of files lead. */
  server: string;
  choose(option: MenuOption): void;
  cancelFile(cid: string): void;
}

function contentNodes(content: Content, o: RowOptions): Node[] {
  switch (content.type) {
    case 'text':
    case 'menu':
      return linked(content.text);
    case 'choice':
      return [document.createTextNode(content.label || content.id)];
    case 'link':
    case 'card':
      return [h('b', {}, anchor(content.url, content.title || content.url)), ...linked(content.text)];
    case 'location':
      return [document.createTextNode(content.label || `${content.latitude}, ${content.longitude}`)];
    case 'image':
    case 'audio':
    case 'video':
    case 'file':
      return [fileView(content, o), ...caption(content.text)];
    default:
      return [document.createTextNode(o.texts.other)];
  }
}

export function nameOf(from: { role: Role; name: string }, texts: Texts): string {
  if (from.role === 'customer') return texts.you;
  if (from.role === 'agent') return from.name || texts.agent;
  return from.role === 'bot' ? from.name || texts.bot : '';
}

function speaker(message: ChatMessage, texts: Texts): HTMLElement {
  const { role } = message.from;
  const name = nameOf(message.from, texts);
  if (role === 'customer') return h('span', { class: 'hide' }, `${name}: `);
  const kind = role === 'agent' && message.from.name ? ` · ${texts.agent}` : '';
  return h('div', { class: `who ${role}` }, icon(role === 'agent' ? icons.agent : icons.bot), name + kind);
}

function optionButtons(
  options: MenuOption[],
  texts: Texts,
  choose: (option: MenuOption) => void,
): HTMLElement {
  const group = h('div', { class: 'options', role: 'group', 'aria-label': texts.options });
  for (const option of options) {
    const button = h(
      'button',
      { type: 'button', 'data-option': option.id, onclick: () => choose(option) },
      option.label,
    );
    group.append(button);
  }
  return group;
}

export const clockTime = (time: number, locale: string) =>
  new Date(time).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });

/** One stored event as a row of the log. */
export function messageRow(message: ChatMessage, o: RowOptions): HTMLElement {
  const { role } = message.from;
  const attached = (message.content.attachments ?? []).map((file) => fileView(file, o));
  const nodes = [...contentNodes(message.content, o), ...attached];
  if (role === 'system' && message.content.type !== 'menu') return h('div', { class: 'system' }, ...nodes);
  const mine = role === 'customer';
  const foot = h('div', { class: 'foot' }, h('time', {}, clockTime(Date.parse(message.time), o.locale)));
  const row = h(
    'div',
    { class: `row ${mine ? 'mine' : role}` },
    speaker(message, o.texts),
    h('div', { class: `bubble ${message.content.type}` }, ...nodes),
  );
  if (message.content.type === 'menu') row.append(optionButtons(message.content.options, o.texts, o.choose));
  row.append(foot);
  if (mine) setTick(row, 'stored', o.texts);
  return row;
}

/** A file on its way, how much of it has gone, and how to stop it. */
function goingFile(cid: string, file: File, o: RowOptions): Node[] {
  const label = o.texts.cancel(file.name);
  const stop = { type: 'button', class: 'stop', 'aria-label': label, title: label };
  return [
    previewOf(file, previewEdge),
    h('progress', { max: '1', value: '0', 'aria-label': o.texts.sendingFile(file.name) }),
    h('button', { ...stop, onclick: () => o.cancelFile(cid) }, icon(icons.close)),
  ];
}

/** A message that the server has not acknowledged yet. */
export function unsentRow(message: Unsent, o: RowOptions): HTMLElement {
  const { cid, file } = message;
  const kind = file?.type.startsWith('image/') ? 'image going' : 'going';
  const row = h(
    'div',
    { class: 'row mine pending' },
    h('span', { class: 'hide' }, `${o.texts.you}: `),
    file
      ? h('div', { class: `bubble ${kind}` }, ...goingFile(cid, file, o))
      : h('div', { class: 'bubble' }, ...linked(message.text ?? message.choice?.label ?? '')),
    h('div', { class: 'foot' }, h('time', {}, clockTime(message.time, o.locale))),
  );
  setTick(row, 'pending', o.texts);
  return row;
}

/** Longest side of a preview in the log, in pixels of the canvas. */
const previewEdge = 480;

const ticks = {
  pending: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v4.500l3 1.500',
  stored: 'M6 12.500l4 4 8-9',
  answered: 'M2.500 12.500l4 4 8-9M11 16l.6.500 8-9',
  rejected: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v5M12 16v.1',
};

/** Shows how far the visitor's own message has come. */
export function setTick(row: HTMLElement, state: keyof typeof ticks, texts: Texts, reason = ''): void {
  row.classList.remove('pending', 'answered', 'rejected');
  if (state !== 'stored') row.classList.add(state);
  row.querySelector('.tick')?.remove();
  const label = reason || texts[state];
  const tick = h('span', { class: 'tick', title: label }, icon(ticks[state]));
  tick.append(state === 'rejected' ? label : h('span', { class: 'hide' }, label));
  row.querySelector('.foot')?.append(tick);
}
