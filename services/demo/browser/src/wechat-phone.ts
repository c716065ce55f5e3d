import { api, type PhoneMessage } from './api';
import { make, makeButton, makePictureButton } from './elements';
import { keepList } from './kept-list';
import { onLanguage, say } from './language';
import { startPolling } from './polling';
import { createStatusLine } from './status-line';
import { texts } from './texts';

const userKey = 'omnigate-demo-wechat-user';
const everyMs = 700;
/** Whoever reads further up is left there. */
const nearEndPixels = 60;

/** This browser's WeChat user: OpenIDs are 28 characters. */
function ownUser(): string {
  const made = `oDemo${crypto.randomUUID().replaceAll('-', '').slice(0, 23)}`;
  try {
    const known = localStorage.getItem(userKey);
    if (known) return known;
    localStorage.setItem(userKey, made);
  } catch {
    // Without storage the next page is another user.
  }
  return made;
}

/** What a finger does with what it sees. */
interface Touch {
  choose(id: string, label: string): Promise<unknown>;
  /** A picture has come, and takes its place. */
  grown(): void;
}

function showMessage(message: PhoneMessage, touch: Touch): HTMLElement {
  const bubble = make('div', { class: 'wx-bubble' });
  if (message.picture) {
    const picture = make('img', { src: message.picture, alt: say(texts.picture) });
    picture.addEventListener('load', touch.grown);
    bubble.append(picture);
  }
  if (message.text) bubble.append(make('span', {}, message.text));
  for (const { id, label } of message.options)
    bubble.append(makeButton(label, 'wx-option', () => touch.choose(id, label)));
  return make('li', { class: message.mine ? 'wx-mine' : 'wx-theirs' }, bubble);
}

/** The chat, which stays at its end unless somebody reads further up. */
function makeChat(choose: Touch['choose']): { element: HTMLElement; show(messages: PhoneMessage[]): void } {
  const element = make('ol', { class: 'wx-list', role: 'log', tabindex: '0' });
  const atEnd = (): boolean =>
    element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPixels;
  const toEnd = (): void => {
    element.scrollTop = element.scrollHeight;
  };
  let following = true;
  element.addEventListener('scroll', () => (following = atEnd()));
  const grown = (): void => {
    if (following) toEnd();
  };
  const list = keepList<PhoneMessage>(element, (message) => showMessage(message, { choose, grown }));
  let count = 0;
  return {
    element,
    show(messages) {
      list.show(messages);
      // Who has just written wants to see it.
      if (following || messages.slice(count).some(({ mine }) => mine)) toEnd();
      count = messages.length;
    },
  };
}

/**
 * Shows a telephone with WeChat, on which this browser is a customer of the demo's Official Account.
 *
 * @param place where it goes.
 */
export function mountWechatPhone(place: HTMLElement): void {
  const user = ownUser();
  const title = make('b');
  const none = make('p', { class: 'phone-hint', hidden: '' });
  const status = createStatusLine();
  const input = make('textarea', { rows: '1', maxlength: '2000' });
  const send = make('button', { type: 'submit', class: 'wx-send' });
  const chat = makeChat((id, label) => act(() => api.choose(user, id, label)));
  const picture = makePictureButton('', (chosen) => act(() => api.sendPicture(user, chosen)));
  const form = make('form', { class: 'wx-form' }, picture.element, input, send);
  place.append(make('header', { class: 'wx-head' }, title), none, chat.element, status.element, form);

  let known = false;
  const lookNow = startPolling({
    everyMs,
    async look() {
      // A server that was started again knows nobody.
      if (!known) await api.comeAs(user);
      known = true;
      const { messages } = await api.messages(user);
      none.hidden = messages.length > 0;
      chat.show(messages);
    },
    onLost(lost) {
      if (lost) known = false;
      status.setLost(lost);
    },
  });
  async function act(work: () => Promise<unknown>): Promise<boolean> {
    const worked = await status.attempt(work);
    await lookNow();
    return worked;
  }
  async function sendText(): Promise<void> {
    const text = input.value.trim();
    if (!text) return;
    input.value = '';
    // What could not be sent is there again, unless something else was begun.
    if (!(await act(() => api.say(user, text)))) input.value ||= text;
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void sendText();
  });
  input.addEventListener('keydown', (event) => {
    // 229: the key belongs to an input method, which Safari reports after the composition has ended.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit();
  });
  onLanguage(() => {
    title.textContent = say(texts.account);
    input.placeholder = say(texts.write);
    input.setAttribute('aria-label', say(texts.write));
    none.textContent = say(texts.noMessages);
    send.textContent = say(texts.send);
    chat.element.setAttribute('aria-label', say(texts.account));
    for (const image of chat.element.querySelectorAll('img')) image.alt = say(texts.picture);
    picture.caption.textContent = say(texts.addPicture);
  });
}
