import { createChatClient } from './chat-client';
import { createPanel } from './panel';
import type { ChatMessage, MenuOption, Rating, Unsent } from './protocol';
import type { Identity } from './session';
import { createVisitorStore } from './storage';
import { type Locale, pickLocale, textsOf } from './texts';
import { createTitleAlert } from './title-alert';
import { createUnread } from './unread';

/** Put in by the server in place of the name below: title and locale of the channel. */
declare const WIDGET_CONFIG: { title: string; locale: string };

export interface OmnigateApi {
  open(): void;
  close(): void;
  send(text: string): void;
  setLocale(locale: string): void;
  /** The visitor has signed in, as the page's server proves; without an identity they have signed out. */
  identify(identity?: Identity): void;
  destroy(): void;
}

declare global {
  interface Window {
    Omnigate?: OmnigateApi;
  }
}

/** The signed-in user that the script's attributes name. */
function identityIn({ userId, userHash = '', userName = '' }: DOMStringMap): Identity | undefined {
  return userId ? { userId, hash: userHash, name: userName } : undefined;
}

/** The script's own address tells server and channel: ".../chat/<id>/widget.js". */
function mount(script: HTMLScriptElement, identity: Identity | undefined): OmnigateApi {
  const data = script.dataset;
  const url = new URL('.', script.src).href.replace(/\/$/, '');
  const channelId = url.slice(url.lastIndexOf('/') + 1);
  const store = createVisitorStore(channelId, { userId: identity?.userId ?? '' });
  const unread = createUnread(store);
  const titleAlert = createTitleAlert();
  let locale: Locale = pickLocale([
    data.locale,
    WIDGET_CONFIG.locale,
    document.documentElement.lang,
    ...navigator.languages,
  ]);

  const client = createChatClient({
    url,
    identity,
    store,
    events: {
      connection(state) {
        panel.setConnection(state);
        // The history comes in one burst after `ready`; what comes later is news.
        if (state === 'online') setTimeout(() => panel.log.announce(true), 1_000);
        else panel.log.announce(false);
      },
      message(message: ChatMessage) {
        unread.message(message);
        panel.log.message(message);
        look();
      },
      stored: (cid) => panel.log.stored(cid),
      rejected: (cid, code) => panel.log.rejected(cid, code),
      typing: (role) => panel.log.typing(role),
      seen(seq) {
        unread.seen(seq);
        look();
      },
      progress: (cid, share) => panel.log.progress(cid, share),
      reset() {
        unread.reset();
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
    server: url,
    send,
    sendFile(file: File) {
      client.start();
      show(client.sendFile(file));
    },
    cancelFile(cid: string) {
      client.cancelFile(cid);
      panel.log.cancelled(cid);
    },
    rate: (rating: Rating) => show(client.rate(rating)),
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
    unread.refresh({ visible, current: client.isCurrent() });
    if (visible) client.markRead();
    const count = unread.count();
    panel.setUnread(count);
    if (data.blink !== undefined) titleAlert.show(count ? textsOf(locale).newMessages(count) : '');
  }

  const onOnline = () => client.retryNow();
  const onOffline = () => client.networkLost();
  const onVisible = () => {
    if (document.visibilityState !== 'visible') return;
    titleAlert.end();
    client.retryNow();
    look();
  };
  addEventListener('online', onOnline);
  addEventListener('offline', onOffline);
  document.addEventListener('visibilitychange', onVisible);

  panel.setTexts(locale);
  panel.setUnread(unread.count());
  document.body.append(panel.host);
  for (const message of client.unsent()) show(message);
  if (client.hasHistory()) client.start();
  if (data.open !== undefined && innerWidth > 480) panel.setOpen(true, false);

  const api: OmnigateApi = {
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
    identify(next) {
      const wasOpen = panel.isOpen();
      api.destroy();
      window.Omnigate = mount(script, next);
      if (wasOpen) window.Omnigate.open();
    },
    destroy() {
      removeEventListener('online', onOnline);
      removeEventListener('offline', onOffline);
      document.removeEventListener('visibilitychange', onVisible);
      titleAlert.end();
      client.stop();
      panel.destroy();
      delete window.Omnigate;
    },
  };
  return api;
}

const script = document.currentScript as HTMLScriptElement | null;
// A second copy of the tag on the same page is ignored.
if (script && !window.Omnigate) {
  const start = () => {
    window.Omnigate = mount(script, identityIn(script.dataset));
    dispatchEvent(new CustomEvent('omnigate:ready'));
  };
  if (document.body) start();
  else addEventListener('DOMContentLoaded', start);
}
