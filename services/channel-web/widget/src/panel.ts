import type { Connection } from './chat-client';
import { createComposer } from './composer';
import { h, icon, icons } from './element';
import { createLogView, type LogOptions } from './log-view';
import { styles } from './styles';
import { type Locale, type Texts, textsOf } from './texts';

export interface PanelOptions extends LogOptions {
  title: string;
  left: boolean;
  color: string;
  toggle(open: boolean): void;
  send(text: string): void;
  sendFile(file: File): void;
  typing(): void;
}

/** Black or white, whichever has more contrast on the colour (WCAG relative luminance). */
export function inkOn(color: string): string {
  const channel = (start: number) => {
    const value = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return luminance > 0.179 ? '#10151f' : '#ffffff';
}

function createHost(o: PanelOptions): { host: HTMLElement; root: ShadowRoot } {
  const host = document.createElement('omnigate-chat');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];
  if (/^#[0-9a-f]{6}$/i.test(o.color)) {
    host.style.setProperty('--accent', o.color);
    host.style.setProperty('--on-accent', inkOn(o.color));
  }
  return { host, root };
}

/** Launcher, panel and their parts; it knows nothing of the connection. */
export function createPanel(o: PanelOptions) {
  let texts: Texts = textsOf('en');
  let connection: Connection = 'idle';
  let open = false;
  let unread = 0;
  let wasLost = false;
  let lostTimer: ReturnType<typeof setTimeout> | undefined;
  const { host, root } = createHost(o);

  const log = createLogView(o);
  const composer = createComposer(o);
  const heading = h('h2', { id: 'title' });
  const state = h('div', { class: 'state' });
  const close = h(
    'button',
    { type: 'button', class: 'close', onclick: () => setOpen(false) },
    icon(icons.down),
  );
  const lost = h('div', { class: 'lost', hidden: true });
  // It is always in the page, so that screen readers notice when its text changes.
  const spoken = h('div', { class: 'hide', role: 'status' });
  const badge = h('span', { class: 'badge', hidden: true, 'aria-hidden': 'true' });
  const launcherIcon = h('span', {}, icon(icons.chat));
  const launcher = h(
    'button',
    {
      type: 'button',
      class: 'launcher',
      'aria-expanded': 'false',
      'aria-controls': 'panel',
      onclick: () => setOpen(!open),
    },
    launcherIcon,
    badge,
  );
  const drop = h('div', { class: 'drop', hidden: true, 'aria-hidden': 'true' });
  const face = h('div', { class: 'face' }, icon(icons.chat));
  const panel = h(
    'section',
    {
      id: 'panel',
      class: 'panel',
      role: 'dialog',
      'aria-labelledby': 'title',
      hidden: true,
      onkeydown: (event) => onKey(event as KeyboardEvent),
    },
    h('header', {}, face, h('div', { class: 'heading' }, heading, state), close),
    lost,
    log.element,
    composer.element,
    drop,
  );
  takeDrops();
  const frame = h('div', { class: o.left ? 'left' : '' }, launcher, panel, spoken);
  root.append(frame);

  const fullScreen = () => matchMedia('(max-width:480px),(max-height:480px)').matches;

  /** Files that are dropped anywhere on the panel wait in the composer. */
  function takeDrops(): void {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    // Entering a part of the panel is told before leaving the one before it.
    let depth = 0;
    const over = (next: number) => {
      depth = Math.max(0, next);
      drop.hidden = depth === 0;
    };
    panel.addEventListener('dragenter', (event) => hasFiles(event) && over(depth + 1));
    panel.addEventListener('dragleave', (event) => hasFiles(event) && over(depth - 1));
    panel.addEventListener('dragover', (event) => hasFiles(event) && event.preventDefault());
    panel.addEventListener('drop', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      over(0);
      composer.attach(event.dataTransfer?.files ?? []);
    });
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && !event.isComposing) setOpen(false);
    if (event.key === 'Tab' && fullScreen()) keepFocus(event);
  }

  /** On a phone the panel covers the page, so Tab stays inside it. */
  function keepFocus(event: KeyboardEvent): void {
    const stops = [
      ...panel.querySelectorAll<HTMLElement>(
        'button:enabled,textarea,input,a[href],audio,video,[tabindex="0"]',
      ),
    ].filter((element) => element.offsetParent !== null);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (root.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }

  function setOpen(next: boolean, focus = true): void {
    if (next === open) return;
    open = next;
    panel.hidden = !open;
    frame.classList.toggle('open', open);
    panel.setAttribute('aria-modal', String(open && fullScreen()));
    launcher.setAttribute('aria-expanded', String(open));
    launcherIcon.replaceChildren(icon(open ? icons.down : icons.chat));
    if (open) log.toEnd();
    if (focus) (open ? composer : launcher).focus();
    o.toggle(open);
    refresh();
  }

  function refresh(): void {
    badge.hidden = open || unread === 0;
    badge.textContent = unread > 99 ? '99+' : String(unread);
    launcher.setAttribute('aria-label', open ? texts.close : unread ? texts.unread(unread) : texts.launcher);
    heading.textContent = o.title || texts.title;
    close.setAttribute('aria-label', texts.close);
    const shown = {
      idle: texts.idle,
      connecting: texts.connecting,
      online: texts.online,
      offline: texts.connecting,
      refused: '',
      unproved: '',
    };
    state.className = `state ${connection}`;
    state.textContent = shown[connection];
  }

  function tell(text: string, kind = ''): void {
    clearTimeout(lostTimer);
    lost.hidden = text === '';
    lost.className = `lost ${kind}`;
    lost.textContent = text;
    if (text) spoken.textContent = text;
  }

  function setConnection(next: Connection): void {
    connection = next;
    if (next === 'refused' || next === 'unproved') tell(texts[next], 'bad');
    else if (next === 'offline') {
      wasLost = true;
      tell(texts.offline);
    } else if (next === 'online') {
      tell(wasLost ? texts.back : '', 'good');
      lostTimer = setTimeout(() => tell(''), 2_500);
      wasLost = false;
    }
    refresh();
  }

  // The on-screen keyboard takes its part of the height.
  const fit = () => host.style.setProperty('--height', `${visualViewport?.height ?? innerHeight}px`);
  visualViewport?.addEventListener('resize', fit);

  return {
    host,
    log,
    setOpen,
    isOpen: () => open,
    setConnection,
    setUnread(count: number): void {
      unread = count;
      refresh();
    },
    setTexts(locale: Locale): void {
      texts = textsOf(locale);
      host.lang = locale === 'zh' ? 'zh-CN' : 'en';
      drop.textContent = texts.drop;
      log.setTexts(texts, locale);
      composer.setTexts(texts);
      if (!lost.hidden) setConnection(connection);
      refresh();
    },
    destroy(): void {
      visualViewport?.removeEventListener('resize', fit);
      host.remove();
    },
  };
}
