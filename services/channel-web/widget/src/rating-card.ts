import { h, icon, icons } from './element';
import { maxCommentCharacters, type Rating } from './protocol';
import type { Texts } from './texts';

const scores = [1, 2, 3, 4, 5];

function stars(score: number, texts: Texts): HTMLElement {
  const row = h('div', { class: 'stars', role: 'img', 'aria-label': texts.stars(score) });
  for (const each of scores) row.append(h('span', { class: each <= score ? 'on' : '' }, icon(icons.star)));
  return row;
}

/** Asks for stars, then for words; gives both at once. */
function question(of: string, texts: Texts, rate: (rating: Rating) => void): HTMLElement {
  let chosen = 0;
  const labels = scores.map((score) =>
    h(
      'label',
      { title: texts.stars(score), onpointerenter: () => light(score) },
      h('input', {
        type: 'radio',
        name: of,
        'aria-label': texts.stars(score),
        onchange: () => choose(score),
      }),
      icon(icons.star),
    ),
  );
  function light(score: number): void {
    for (const [index, label] of labels.entries()) label.classList.toggle('on', index < score);
  }
  const comment = h('textarea', {
    rows: '2',
    maxlength: String(maxCommentCharacters),
    placeholder: texts.comment,
    'aria-label': texts.comment,
  });
  const more = h(
    'form',
    {
      hidden: true,
      onsubmit: (event) => {
        event.preventDefault();
        rate({ of, score: chosen, comment: comment.value.trim() });
      },
    },
    comment,
    h('button', { type: 'submit' }, texts.sendRating),
  );
  function choose(score: number): void {
    chosen = score;
    light(score);
    more.hidden = false;
    more.scrollIntoView({ block: 'nearest' });
  }
  const group = h(
    'div',
    { class: 'stars', role: 'radiogroup', 'aria-label': texts.rate, onpointerleave: () => light(chosen) },
    ...labels,
  );
  return h('div', { class: 'rate' }, h('strong', {}, texts.rate), group, more);
}

/** What is known of a conversation that has ended. */
interface Ending {
  card?: HTMLElement;
  rating?: Rating;
  /** The visitor has gone on, or the rating was not taken: nobody is asked any more. */
  closed?: boolean;
}

/** The ends of conversations, each with its rating. Either may come first: a rating that was not sent yet is kept. */
export function createEndings(rate: (rating: Rating) => void) {
  const endings = new Map<string, Ending>();
  let texts: Texts;

  function change(of: string, changes: Ending): void {
    const ending = { ...endings.get(of), ...changes };
    endings.set(of, ending);
    const { card, rating, closed } = ending;
    if (!card) return;
    card.replaceChildren(texts.ended);
    if (rating) card.append(stars(rating.score, texts), h('span', {}, texts.rated));
    if (rating?.comment) card.append(h('q', {}, rating.comment));
    if (!rating && !closed) card.append(question(of, texts, rate));
  }

  /** Only the newest conversation is rated. */
  function closeAll(): void {
    for (const [of, { closed, card }] of endings) if (card && !closed) change(of, { closed: true });
  }

  return {
    setTexts(next: Texts): void {
      texts = next;
    },
    /** The card of an end; another one takes its place. */
    card(of: string): HTMLElement {
      closeAll();
      const card = h('div', { class: 'system end' });
      change(of, { card, closed: false });
      return card;
    },
    rated: (rating: Rating) => change(rating.of, { rating }),
    closeAll,
    refused(of: string): void {
      const { card } = endings.get(of) ?? {};
      endings.delete(of);
      change(of, { ...(card && { card }), closed: true });
    },
    clear: () => endings.clear(),
  };
}
