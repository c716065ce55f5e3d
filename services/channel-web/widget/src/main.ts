import { createChatClient, type Identity } from './chat-client';
import { createPanel } from './panel';
import type { ChatMessage, MenuOption, Unsent } from './protocol';
import { createVisitorStore } from './storage';
import { type Locale, pickLocale } from './texts';

/** Put in by the server in place of the name below: title and locale of the channel. */
declare const WIDGET_CONFIG: { title: string; locale: string };

export interface OmnigateApi {
  open(): void;
  close(): void;
  send(text: string): void;
  setLocale(locale: string): void;
  destroy(): void;
}

declare global {
  interface Window {
    Omnigate?: OmnigateApi;
  }
}

/** The script's own address tells server and channel: ".../chat/<id>/widget.js". */
function mount(script: HTMLScriptElement): OmnigateApi {
  const data = script.dataset;
  const url = new URL('.', script.src).href.replace(/\/$/, '');
  const channelId = url.slice(url.lastIndexOf('/') + 1);
  const identity: Identity | undefined = data.userId
    ? { userId: data.userId, hash: data.userHash ?? '', name: data.userName ?? '' }
    : undefined;
  let locale: Locale = pickLocale([
    data.locale,
    WIDGET_CONFIG.locale,
    document.documentElement.lang,
    ...navigator.languages,
  ]);
  let readSeq = 0;
  const foreign: number[] = [];

  const client = createChatClient({
    url,
    identity,
    store: createVisitorStore(channelId),
    events: {
      connection(state) {
        panel.setConnection(state);
        // The history comes in one burst after `ready`; what comes later is news.
        if (state === 'online') setTimeout(() => panel.log.announce(true), 1_000);
        else panel.log.announce(false);
      },
      message(message: ChatMessage) {
        if (message.from.role !== 'customer') foreign.push(message.seq);
        panel.log.message(message);
        look();
      },
      stored: (cid) => panel.log.stored(cid),
      rejected: (cid, code) => panel.log.rejected(cid, code),
      typing: (role) => panel.log.typing(role),
      seen(seq) {
        readSeq = Math.max(readSeq, seq);
        look();
      },
      reset() {
        foreign.length = 0;
        readSeq = 0;
        panel.log.reset();
      },
    },
  });

  const show = (message: Unsent) => panel.log.unsent(message);
  const send = (text: string) => {
    client.start();
    show(client.sendText(text));
  };
  const panel = createPanel({
    title: data.title || WIDGET_CONFIG.title,
    left: data.position === 'left',
    color: data.color ?? '',
    send,
    typing: () => client.typing(),
    choose: (option: MenuOption) => show(client.choose(option)),
    earlier: (beforeSeq) => client.earlier(beforeSeq),
    toggle(open) {
      if (open) client.start();
      look();
    },
  });

  /** Marks as read what is on the screen, and counts what is not. */
  function look(): void {
    const visible = panel.isOpen() && document.visibilityState === 'visible';
    if (visible) {
      readSeq = Math.max(readSeq, foreign.at(-1) ?? 0);
      client.markRead();
    }
    panel.setUnread(foreign.filter((seq) => seq > readSeq).length);
  }

  const onOnline = () => client.retryNow();
  const onOffline = () => client.networkLost();
  const onVisible = () => {
    if (document.visibilityState !== 'visible') return;
    client.retryNow();
    look();
  };
  addEventListener('online', onOnline);
  addEventListener('offline', onOffline);
  document.addEventListener('visibilitychange', onVisible);

  panel.setTexts(locale);
  document.body.append(panel.host);
  for (const message of client.unsent()) show(message);
  if (client.hasHistory()) client.start();
  if (data.open !== undefined && innerWidth > 480) panel.setOpen(true, false);

  return {
    open: () => panel.setOpen(true),
    close: () => panel.setOpen(false),
    send(text: string) {
      panel.setOpen(true);
      if (text.trim()) send(text.trim());
    },
    setLocale(next: string) {
      locale = pickLocale([next, locale]);
      panel.setTexts(locale);
    },
    destroy() {
      removeEventListener('online', onOnline);
      removeEventListener('offline', onOffline);
      document.removeEventListener('visibilitychange', onVisible);
      client.stop();
      panel.destroy();
      delete window.Omnigate;
    },
  };
}

const script = document.currentScript as HTMLScriptElement | null;
// A second copy of the tag on the same page is ignored.
if (script && !window.Omnigate) {
  const start = () => {
    window.Omnigate = mount(script);
    dispatchEvent(new CustomEvent('omnigate:ready'));
  };
  if (document.body) start();
  else addEventListener('DOMContentLoaded', start);
}
