import { api, type DayReport } from './api';
import { make } from './elements';
import { type Bilingual, onLanguage, say } from './language';
import { startPolling } from './polling';
import { createStatusLine } from './status-line';
import { texts } from './texts';

const everyMs = 3_000;

/**
 * Shows the day's figures.
 *
 * @param place where they go.
 */
export function mountDayReport(place: HTMLElement): void {
  const status = createStatusLine();
  const body = make('div', { class: 'report' });
  place.append(body, status.element);
  let report: DayReport | undefined;
  const show = (): void => {
    if (report) body.replaceChildren(...showReport(report));
  };
  startPolling({
    everyMs,
    async look() {
      const next = await api.report();
      if (JSON.stringify(next) === JSON.stringify(report)) return;
      report = next;
      show();
    },
    onLost: status.setLost,
  });
  onLanguage(show);
}

function showReport(report: DayReport): HTMLElement[] {
  const figures = report.figures.map(({ name, value }) =>
    make(
      'div',
      { class: 'figure', 'data-figure': name },
      make('b', {}, value),
      make('span', {}, say(texts.figures[name])),
    ),
  );
  const most = Math.max(1, ...report.hours.map(({ conversations }) => conversations));
  const busy = report.hours.filter(({ conversations }) => conversations > 0);
  const hours = busy.map(({ hour, conversations }) => bar(`${hour}:00`, conversations, most));
  const busiest = Math.max(1, ...report.channels.map(({ inbound }) => inbound));
  const channels = report.channels.map(({ channel, inbound }) => bar(channel, inbound, busiest));
  const words = report.words.map(({ word, conversations }) =>
    make('li', {}, word, make('small', {}, ` ${conversations}`)),
  );
  return [
    make('div', { class: 'figures' }, ...figures),
    ...part(texts.byHour, make('div', { class: 'columns' }, ...hours)),
    ...part(texts.byChannel, make('div', {}, ...channels)),
    ...part(texts.words, make('ul', { class: 'words' }, ...words)),
  ];
}

/** What has nothing in it yet has no heading either. */
const part = (heading: Bilingual, body: HTMLElement): HTMLElement[] =>
  body.childElementCount > 0 ? [make('section', {}, make('h3', {}, say(heading)), body)] : [];

/** A bar; its length is an attribute, since the page's policy lets no style be set on an element. */
function bar(label: string, value: number, most: number): HTMLElement {
  const meter = make('meter', { min: '0', max: String(most), value: String(value) }, String(value));
  return make('div', { class: 'bar-row' }, make('span', {}, label), meter, make('small', {}, String(value)));
}
