import { api, type PhoneTicket } from './api';
import { make, makeButton, makePictureButton } from './elements';
import { onLanguage, say } from './language';
import { startPolling } from './polling';
import { texts } from './texts';

/**
 * Shows the telephone of the demo's workers: the tickets that they were given, to accept, refuse or finish.
 *
 * @param place where it goes.
 */
export function mountWorkerPhone(place: HTMLElement): void {
  const title = make('b');
  const status = make('p', { class: 'phone-status', role: 'status' });
  const list = make('ol', { class: 'work-list' });
  place.append(make('header', { class: 'work-head' }, title), list, status);

  let tickets: PhoneTicket[] = [];
  let shown = '';
  const show = (): void => {
    const cards = tickets.map((ticket) => showTicket(ticket, act));
    list.replaceChildren(
      ...(cards.length > 0 ? cards : [make('li', { class: 'work-none' }, say(texts.noWork))]),
    );
  };
  async function look(): Promise<void> {
    ({ tickets } = await api.tickets());
    const state = JSON.stringify(tickets);
    // What is being written into a card must stay.
    if (state === shown) return;
    shown = state;
    show();
  }
  const tell = (error: unknown): void => {
    status.textContent = error ? `${say(texts.failed)} ${error instanceof Error ? error.message : ''}` : '';
  };
  const lookNow = startPolling(look, tell);
  async function act(work: () => Promise<unknown>): Promise<void> {
    await work().then(lookNow, tell);
  }
  onLanguage(() => {
    title.textContent = say(texts.worker);
    show();
  });
}

type Act = (work: () => Promise<unknown>) => Promise<void>;

function showTicket(ticket: PhoneTicket, act: Act): HTMLElement {
  const details = ticket.details.map(({ label, value }) =>
    make('div', {}, make('dt', {}, say(label)), make('dd', {}, value)),
  );
  const pictures = ticket.pictures.map((src) =>
    make(
      'a',
      { href: src, target: '_blank', rel: 'noopener' },
      make('img', { src, alt: say(texts.picture) }),
    ),
  );
  return make(
    'li',
    { class: `work-card work-${ticket.state.toLowerCase()}`, 'data-ticket': ticket.number },
    make(
      'p',
      { class: 'work-line' },
      make('b', {}, `#${ticket.number} ${say(ticket.type)}`),
      stateBadge(ticket),
    ),
    make('p', {}, ticket.summary),
    make('dl', {}, ...details),
    make('div', { class: 'work-pictures' }, ...pictures),
    ...actionsOf(ticket, act),
  );
}

function stateBadge({ state, rating }: PhoneTicket): HTMLElement {
  const text = rating > 0 ? '★'.repeat(rating) : say(texts.states[state]);
  return make('span', { class: 'work-state' }, text);
}

function actionsOf(ticket: PhoneTicket, act: Act): HTMLElement[] {
  const { id, state } = ticket;
  if (state === 'ASSIGNED' || state === 'OPEN') {
    const accept = makeButton(say(texts.accept), 'work-main', () => act(() => api.accept(id)));
    const refuse = makeButton(say(texts.refuse), 'work-other', () => act(() => api.refuse(id)));
    return [make('div', { class: 'work-actions' }, accept, ...(state === 'ASSIGNED' ? [refuse] : []))];
  }
  return state === 'ACCEPTED' ? [finishForm(id, act)] : [];
}

function finishForm(id: string, act: Act): HTMLElement {
  const result = make('input', { 'aria-label': say(texts.result), placeholder: say(texts.result) });
  const added = make('span', { class: 'work-added', role: 'status' });
  const mediaIds: string[] = [];
  const picture = makePictureButton(say(texts.addPicture), async (chosen) => {
    try {
      mediaIds.push((await api.uploadPicture(chosen)).media_id);
      added.textContent = `${mediaIds.length} ${say(texts.pictures)}`;
    } catch (error) {
      added.textContent = error instanceof Error ? error.message : say(texts.failed);
    }
  });
  const finish = makeButton(say(texts.finish), 'work-main', () =>
    act(() => api.complete(id, result.value.trim(), mediaIds)),
  );
  return make('div', { class: 'work-actions' }, result, picture.element, added, finish);
}
