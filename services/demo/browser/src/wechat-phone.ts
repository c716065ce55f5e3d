import { api, type PhoneMessage } from './api';
import { make, makePictureButton } from './elements';
import { onLanguage, say } from './language';
import { startPolling } from './polling';
import { texts } from './texts';

const userKey = 'omnigate-demo-wechat-user';

/** This browser's WeChat user: OpenIDs are 28 characters. */
function ownUser(): string {
  try {
    const known = localStorage.getItem(userKey);
    if (known) return known;
    const made = `oDemo${crypto.randomUUID().replaceAll('-', '').slice(0, 23)}`;
    localStorage.setItem(userKey, made);
    return made;
  } catch {
    return `oDemo${crypto.randomUUID().replaceAll('-', '').slice(0, 23)}`;
  }
}

function showMessage(message: PhoneMessage, choose: (id: string, label: string) => void): HTMLElement {
  const bubble = make('div', { class: 'wx-bubble' });
  if (message.picture) bubble.append(make('img', { src: message.picture, alt: say(texts.picture) }));
  if (message.text) bubble.append(make('span', {}, message.text));
  for (const { id, label } of message.options) {
    const option = make('button', { type: 'button', class: 'wx-option' }, label);
    option.addEventListener('click', () => choose(id, label));
    bubble.append(option);
  }
  return make('li', { class: message.mine ? 'wx-mine' : 'wx-theirs' }, bubble);
}

/**
 * Shows a telephone with WeChat, on which this browser is a customer of the demo's Official Account.
 *
 * @param place where it goes.
 */
export function mountWechatPhone(place: HTMLElement): void {
  const user = ownUser();
  const title = make('b');
  const status = make('p', { class: 'phone-status', role: 'status' });
  const list = make('ol', { class: 'wx-list', role: 'log' });
  const input = make('textarea', { rows: '1' });
  const send = make('button', { type: 'submit', class: 'wx-send' });
  const picture = makePictureButton('', (chosen) => act(() => api.sendPicture(user, chosen)));
  const form = make('form', { class: 'wx-form' }, picture.element, input, send);
  place.append(make('header', { class: 'wx-head' }, title), list, status, form);

  let shown = '';
  async function look(): Promise<void> {
    const { messages } = await api.messages(user);
    const state = JSON.stringify(messages);
    if (state === shown) return;
    shown = state;
    list.replaceChildren(
      ...messages.map((message) =>
        showMessage(message, (id, label) => void act(() => api.choose(user, id, label))),
      ),
    );
    list.scrollTop = list.scrollHeight;
  }
  const tell = (error: unknown): void => {
    status.textContent = error ? `${say(texts.failed)} ${error instanceof Error ? error.message : ''}` : '';
  };
  let lookNow: () => Promise<void> = async () => undefined;
  async function act(work: () => Promise<unknown>): Promise<void> {
    await work().catch(tell);
    await lookNow();
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = input.value.trim();
    input.value = '';
    if (text) void act(() => api.say(user, text));
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  onLanguage(() => {
    title.textContent = say(texts.account);
    input.placeholder = say(texts.write);
    input.setAttribute('aria-label', say(texts.write));
    send.textContent = say(texts.send);
    list.setAttribute('aria-label', say(texts.account));
    picture.caption.textContent = say(texts.addPicture);
  });
  api.follow(user).then(() => (lookNow = startPolling(look, tell)), tell);
}
