import { h, icon, icons } from './element';
import { messageRow, nameOf, setTick, unsentRow } from './message-row';
import type { ChatMessage, MenuOption, Role, Unsent } from './protocol';
import type { Locale, Texts } from './texts';

export interface LogOptions {
  choose(option: MenuOption): void;
  earlier(beforeSeq: number): Promise<ChatMessage[]>;
}

const dayOf = (time: number, locale: string, texts: Texts) => {
  const day = new Date(time).toLocaleDateString(locale, { month: 'long', day: 'numeric' });
  return day === new Date().toLocaleDateString(locale, { month: 'long', day: 'numeric' }) ? texts.today : day;
};

/** The conversation: stored events in order, then what is not yet stored, then who types. */
export function createLogView(options: LogOptions) {
  let texts: Texts;
  let locale: Locale;
  let messages: ChatMessage[] = [];
  const waiting = new Map<string, { message: Unsent; row: HTMLElement; code?: string; stored?: boolean }>();
  const rows = new Map<number, HTMLElement>();
  let typingTimer: ReturnType<typeof setTimeout> | undefined;

  const log = h('div', { class: 'log', role: 'log', tabindex: '0', 'aria-live': 'off' });
  const welcome = h('div', { class: 'welcome' });
  const earlier = h('button', { type: 'button', class: 'earlier', onclick: () => void showEarlier() });
  const list = h('div', { class: 'list' });
  const typing = h('div', { class: 'row', hidden: true });
  const latest = h('button', { type: 'button', class: 'latest', hidden: true, onclick: () => toEnd() });
  log.append(earlier, welcome, list, typing);
  log.addEventListener('scroll', () => {
    latest.hidden = nearEnd();
  });

  const nearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const toEnd = () => {
    log.scrollTop = log.scrollHeight;
    latest.hidden = true;
  };

  function follow(change: () => void, force = false): void {
    const stay = !force && !nearEnd();
    change();
    if (stay) latest.hidden = false;
    else toEnd();
  }

  function refreshFrame(): void {
    welcome.hidden = messages.length > 0 || waiting.size > 0;
    earlier.hidden = (messages[0]?.seq ?? 1) <= 1;
  }

  /** Only the newest menu can be answered, and only until the customer says something else. */
  function closeMenu(index: number, answer: ChatMessage): void {
    const message = messages[index];
    if (message?.content.type !== 'menu') return;
    const chosen = answer.content.type === 'choice' ? answer.content.id : undefined;
    for (const button of rows.get(message.seq)?.querySelectorAll<HTMLButtonElement>('.options button') ??
      []) {
      button.disabled = true;
      if (chosen !== undefined && button.dataset.option === chosen) button.classList.add('chosen');
    }
  }

  /** What a new event says about those before it: a menu is closed, a question is answered. */
  function settleBefore(message: ChatMessage): void {
    if (message.from.role === 'system') return;
    const mine = message.from.role === 'customer';
    for (let index = messages.length - 1; index >= 0; index -= 1) {
      const before = messages[index] as ChatMessage;
      const row = rows.get(before.seq);
      const wasMine = before.from.role === 'customer';
      if (mine && before.content.type === 'menu') closeMenu(index, message);
      if (mine && (wasMine || before.content.type === 'menu')) return;
      if (!mine && wasMine && row?.classList.contains('answered')) return;
      if (!mine && wasMine && row) setTick(row, 'answered', texts);
    }
  }

  function append(message: ChatMessage): void {
    const previous = messages.at(-1);
    const row = messageRow(message, { texts, locale, choose: options.choose });
    const day = dayOf(Date.parse(message.time), locale, texts);
    const newDay = !previous || dayOf(Date.parse(previous.time), locale, texts) !== day;
    if (newDay) list.insertBefore(h('div', { class: 'day' }, day), firstWaiting());
    else if (previous && joins(previous, message)) {
      row.classList.add('tight');
      rows.get(previous.seq)?.classList.add('tight-next');
    }
    settleBefore(message);
    rows.set(message.seq, row);
    messages.push(message);
    list.insertBefore(row, firstWaiting());
  }

  const joins = (a: ChatMessage, b: ChatMessage) =>
    a.from.role === b.from.role &&
    a.from.name === b.from.name &&
    a.content.type !== 'menu' &&
    Date.parse(b.time) - Date.parse(a.time) < 60_000;
  const firstWaiting = () => [...waiting.values()][0]?.row ?? null;

  function render(): void {
    const all = messages;
    messages = [];
    rows.clear();
    for (const item of waiting.values()) item.row.remove();
    list.replaceChildren();
    for (const message of all) append(message);
    for (const item of waiting.values()) {
      item.row = unsentRow(item.message, { texts, locale });
      list.append(item.row);
      if (item.code) markRejected(item.row, item.code);
    }
    refreshFrame();
    toEnd();
  }

  function markRejected(row: HTMLElement, code: string): void {
    setTick(row, 'rejected', texts, code === 'MESSAGE_INVALID' ? texts.tooLong : '');
  }

  async function showEarlier(): Promise<void> {
    earlier.disabled = true;
    try {
      const older = await options.earlier(messages[0]?.seq ?? 1);
      const fromEnd = log.scrollHeight - log.scrollTop;
      messages = [...older, ...messages];
      render();
      log.scrollTop = log.scrollHeight - fromEnd;
      earlier.textContent = texts.earlier;
    } catch {
      earlier.textContent = texts.earlierFailed;
    } finally {
      earlier.disabled = false;
    }
  }

  return {
    element: h('div', { class: 'body' }, log, latest),
    toEnd,
    /** Screen readers are told of what comes after the history, not of the history. */
    announce: (on: boolean) => log.setAttribute('aria-live', on ? 'polite' : 'off'),
    setTexts(nextTexts: Texts, nextLocale: Locale): void {
      texts = nextTexts;
      locale = nextLocale;
      log.setAttribute('aria-label', texts.log);
      earlier.textContent = texts.earlier;
      latest.replaceChildren(icon(icons.down), texts.latest);
      welcome.replaceChildren(
        h('div', { class: 'face' }, icon(icons.chat)),
        h('strong', {}, texts.welcome),
        texts.welcomeHint,
      );
      render();
    },
    message(message: ChatMessage): void {
      const own = message.cid === undefined ? undefined : waiting.get(message.cid);
      if (message.from.role !== 'customer') typing.hidden = true;
      follow(() => {
        if (own && message.cid) {
          own.row.remove();
          waiting.delete(message.cid);
        }
        append(message);
        refreshFrame();
      });
    },
    unsent(message: Unsent): void {
      if (waiting.has(message.cid)) return;
      const row = unsentRow(message, { texts, locale });
      waiting.set(message.cid, { message, row });
      follow(() => {
        list.append(row);
        refreshFrame();
      }, true);
    },
    stored(cid: string): void {
      const item = waiting.get(cid);
      if (item) setTick(item.row, 'stored', texts);
    },
    rejected(cid: string, code: string): void {
      const item = waiting.get(cid);
      if (!item) return;
      item.code = code;
      markRejected(item.row, code);
    },
    typing(role: Role): void {
      const who = nameOf(
        { role, name: messages.findLast((message) => message.from.role === role)?.from.name ?? '' },
        texts,
      );
      const dots = h('div', { class: 'bubble dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'));
      follow(() => {
        typing.className = `row ${role}`;
        typing.replaceChildren(dots, h('span', { class: 'hide' }, texts.typing(who)));
        typing.hidden = false;
      });
      clearTimeout(typingTimer);
      typingTimer = setTimeout(() => {
        typing.hidden = true;
      }, 6_000);
    },
    reset(): void {
      messages = [];
      render();
    },
  };
}

export type LogView = ReturnType<typeof createLogView>;
