import { h, icon, icons } from './element';
import { messageRow, nameOf, setTick, unsentRow } from './message-row';
import type { ChatMessage, MenuOption, Rating, Role, Unsent } from './protocol';
import { createEndings } from './rating-card';
import type { Locale, Texts } from './texts';

export interface LogOptions {
  /** Where the paths of files lead. */
  server: string;
  choose(option: MenuOption): void;
  cancelFile(cid: string): void;
  rate(rating: Rating): void;
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
  /** Ratings that are on their way, by cid: what each is of. */
  const ratings = new Map<string, string>();
  const endings = createEndings(options.rate);
  let typingTimer: ReturnType<typeof setTimeout> | undefined;
  let following = true;

  const log = h('div', { class: 'log', role: 'log', tabindex: '0', 'aria-live': 'off' });
  const welcome = h('div', { class: 'welcome' });
  const earlier = h('button', { type: 'button', class: 'earlier', onclick: () => void showEarlier() });
  const list = h('div', { class: 'list' });
  const typing = h('div', { class: 'row', hidden: true });
  const latest = h('button', { type: 'button', class: 'latest', hidden: true, onclick: () => toEnd() });
  log.append(earlier, welcome, list, typing);
  log.addEventListener('scroll', () => {
    following = nearEnd();
    latest.hidden = following;
  });
  // A picture has no height until it is there; loading does not bubble.
  log.addEventListener('load', () => following && toEnd(), true);

  const nearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const toEnd = () => {
    log.scrollTop = log.scrollHeight;
    following = true;
    latest.hidden = true;
  };

  function follow(change: () => void, force = false): void {
    const stay = !force && !nearEnd();
    change();
    if (stay) {
      following = false;
      latest.hidden = false;
    } else toEnd();
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
    const { content } = message;
    // It shows in the card of what it rates.
    if (content.type === 'rating') endings.rated(content);
    else appendRow(message);
    messages.push(message);
  }

  function appendRow(message: ChatMessage): void {
    const previous = messages.at(-1);
    if (message.from.role === 'customer') endings.closeAll();
    const isEnd = message.content.type === 'resolved';
    const row = isEnd ? endings.card(message.id) : messageRow(message, { ...options, texts, locale });
    const day = dayOf(Date.parse(message.time), locale, texts);
    const newDay = !previous || dayOf(Date.parse(previous.time), locale, texts) !== day;
    if (newDay) list.insertBefore(h('div', { class: 'day' }, day), firstWaiting());
    else if (previous && joins(previous, message)) {
      row.classList.add('tight');
      rows.get(previous.seq)?.classList.add('tight-next');
    }
    settleBefore(message);
    rows.set(message.seq, row);
    list.insertBefore(row, firstWaiting());
  }

  const joins = (a: ChatMessage, b: ChatMessage) =>
    a.from.role === b.from.role &&
    a.from.name === b.from.name &&
    !/^(?:menu|rating|resolved)$/.test(a.content.type) &&
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
      item.row = unsentRow(item.message, { ...options, texts, locale });
      list.append(item.row);
      if (item.code) markRejected(item.row, item.code);
    }
    refreshFrame();
    toEnd();
  }

  function markRejected(row: HTMLElement, code: string): void {
    setTick(row, 'rejected', texts, reasonOf(code));
    for (const part of row.querySelectorAll('progress,.stop')) part.remove();
  }

  function reasonOf(code: string): string {
    if (code === 'MESSAGE_INVALID') return texts.tooLong;
    return code === 'MEDIA_TYPE_REFUSED' ? texts.fileRefused : '';
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
      endings.setTexts(texts);
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
      const { rating } = message;
      if (rating) {
        ratings.set(message.cid, rating.of);
        follow(() => endings.rated(rating));
        return;
      }
      endings.closeAll();
      const row = unsentRow(message, { ...options, texts, locale });
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
    progress(cid: string, share: number): void {
      const bar = waiting.get(cid)?.row.querySelector('progress');
      if (bar) bar.value = share;
    },
    /** The visitor takes back a file that is still on its way. */
    cancelled(cid: string): void {
      waiting.get(cid)?.row.remove();
      waiting.delete(cid);
      refreshFrame();
    },
    rejected(cid: string, code: string): void {
      const rated = ratings.get(cid);
      if (rated !== undefined) endings.refused(rated);
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
      endings.clear();
      render();
    },
  };
}

export type LogView = ReturnType<typeof createLogView>;
