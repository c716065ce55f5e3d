import { api, type PhoneTicket } from './api';
import { make, makeButton, makePictureButton } from './elements';
import { keepList } from './kept-list';
import { onLanguage, say } from './language';
import { startPolling } from './polling';
import { createStatusLine } from './status-line';
import { texts } from './texts';

const everyMs = 1_500;

/** What a worker has written of a ticket and not yet sent. */
interface Draft {
  result: string;
  mediaIds: string[];
}

/** What a card can do. */
interface Card {
  act(work: () => Promise<unknown>): Promise<unknown>;
  draftOf(id: string): Draft;
}

/**
 * Shows the telephone of the demo's workers: the tickets that they were given, to accept, refuse or finish.
 *
 * @param place where it goes.
 */
export function mountWorkerPhone(place: HTMLElement): void {
  const title = make('b');
  const status = createStatusLine();
  const list = make('ol', { class: 'work-list', tabindex: '0' });
  const none = make('p', { class: 'phone-hint', hidden: '' });
  place.append(make('header', { class: 'work-head' }, title), none, list, status.element);

  const drafts = new Map<string, Draft>();
  const card: Card = {
    async act(work) {
      if (await status.attempt(work)) await lookNow();
    },
    draftOf(id) {
      const draft = drafts.get(id) ?? { result: '', mediaIds: [] };
      drafts.set(id, draft);
      return draft;
    },
  };
  const kept = keepList<PhoneTicket>(list, (ticket) => showTicket(ticket, card));
  const lookNow = startPolling({
    everyMs,
    async look() {
      const { tickets } = await api.tickets();
      none.hidden = tickets.length > 0;
      kept.show(tickets);
    },
    onLost: status.setLost,
  });
  onLanguage(() => {
    title.textContent = say(texts.worker);
    none.textContent = say(texts.noWork);
    list.setAttribute('aria-label', say(texts.worker));
    kept.showAgain();
  });
}

function showTicket(ticket: PhoneTicket, card: Card): HTMLElement {
  const details = ticket.details.map(({ label, value }) =>
    make('div', {}, make('dt', {}, say(label)), make('dd', {}, say(value))),
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
    details.length > 0 ? make('dl', {}, ...details) : make('p', {}, ticket.summary),
    make('div', { class: 'work-pictures' }, ...pictures),
    ...actionsOf(ticket, card),
  );
}

function stateBadge({ state, rating }: PhoneTicket): HTMLElement {
  if (rating === 0) return make('span', { class: 'work-state' }, say(texts.states[state]));
  const stars = { class: 'work-state', role: 'img', 'aria-label': `${rating} ${say(texts.stars)}` };
  return make('span', stars, '★'.repeat(rating));
}

function actionsOf(ticket: PhoneTicket, card: Card): HTMLElement[] {
  const { id, state } = ticket;
  if (state === 'ASSIGNED' || state === 'OPEN') {
    const accept = makeButton(say(texts.accept), 'work-main', () => card.act(() => api.accept(id)));
    const refuse = makeButton(say(texts.refuse), 'work-other', () => card.act(() => api.refuse(id)));
    return [make('div', { class: 'work-actions' }, accept, ...(state === 'ASSIGNED' ? [refuse] : []))];
  }
  return state === 'ACCEPTED' ? [finishForm(id, card)] : [];
}

function finishForm(id: string, card: Card): HTMLElement {
  const draft = card.draftOf(id);
  const result = make('input', {
    'aria-label': say(texts.result),
    placeholder: say(texts.result),
    maxlength: '500',
    'data-part': 'result',
  });
  result.value = draft.result;
  result.addEventListener('input', () => (draft.result = result.value));
  const added = make('span', { class: 'work-added', role: 'status' });
  const showAdded = (): void => {
    const count = draft.mediaIds.length;
    added.textContent = count > 0 ? `${count} ${say(texts.pictures)}` : '';
  };
  showAdded();
  const picture = makePictureButton(say(texts.addPicture), (chosen) =>
    card.act(async () => {
      draft.mediaIds.push((await api.uploadPicture(chosen)).media_id);
      showAdded();
    }),
  );
  const finish = makeButton(say(texts.finish), 'work-main', () =>
    card.act(async () => {
      await api.complete(id, draft.result.trim(), draft.mediaIds);
      // The next time, after a reopening, begins empty.
      draft.result = '';
      draft.mediaIds = [];
    }),
  );
  return make('div', { class: 'work-actions' }, result, picture.element, added, finish);
}
