import type { Answer } from './load';
import { now, openLoop, type Pace } from './open-loop';
import { openPage, type Page } from './web-page';

/** What visitors are to do. */
export type WebRequest =
  | { kind: 'open'; chatUrl: string; visitors: number }
  | ({ kind: 'say'; texts: string[] } & Pace)
  | { kind: 'answers' };

/** Sessions that are asked for at once. */
const openedAtOnce = 20;

const pages: Page[] = [];
const answers: Answer[] = [];

async function open(chatUrl: string, visitors: number): Promise<true> {
  while (pages.length < visitors) {
    const from = pages.length;
    const count = Math.min(openedAtOnce, visitors - from);
    const opened = Array.from({ length: count }, (_, offset) =>
      openPage(chatUrl, () => answers.push({ to: String(from + offset), atMs: now() })),
    );
    pages.push(...(await Promise.all(opened)));
  }
  return true;
}

async function say(texts: string[], index: number): Promise<void> {
  const round = Math.floor(index / pages.length);
  await pages[index % pages.length]?.say(texts[(index + round) % texts.length] ?? '', `m${index}`);
}

async function handle(request: WebRequest): Promise<unknown> {
  if (request.kind === 'open') return open(request.chatUrl, request.visitors);
  if (request.kind === 'say') return openLoop(request, (index) => say(request.texts, index));
  return answers.splice(0);
}

/** Visitors of web chat in a process of their own. */
process.on('message', (request: WebRequest) => {
  void handle(request).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit(0));
