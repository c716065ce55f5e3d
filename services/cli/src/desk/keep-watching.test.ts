import { AppError } from '@omnigate/errors';
import { keepWatching } from './keep-watching';

interface Item {
  resumeToken: string;
}

/** Streams that were opened one after the other; each gives items, then breaks or ends. */
function watched(streams: { items: string[]; error?: AppError }[]) {
  const ending = new AbortController();
  const seen: string[] = [];
  const opened: string[] = [];
  async function* stream(token: string): AsyncGenerator<Item> {
    const next = streams[opened.push(token) - 1];
    if (!next) return ending.abort();
    for (const resumeToken of next.items) yield { resumeToken };
    if (next.error) throw next.error;
  }
  const done = keepWatching<Item>({
    open: stream,
    take: async ({ resumeToken }) => void seen.push(resumeToken),
    onLost: () => seen.push('lost'),
    onBack: () => seen.push('back'),
    signal: ending.signal,
  });
  return { done, seen, opened };
}

test('a broken or ended stream goes on after the last item', async () => {
  const { done, seen, opened } = watched([
    { items: ['a', 'b'], error: new AppError('UNAVAILABLE') },
    { items: [], error: new AppError('INTERNAL') },
    { items: ['c'] },
  ]);
  await done;
  expect(opened).toEqual(['', 'b', 'b', 'c']);
  expect(seen).toEqual(['a', 'b', 'lost', 'back', 'c', 'lost']);
});

test('a token that is no longer known is given up', async () => {
  const { done, opened } = watched([
    { items: ['a'], error: new AppError('UNAVAILABLE') },
    { items: [], error: new AppError('RESUME_TOKEN_INVALID') },
  ]);
  await done;
  expect(opened).toEqual(['', 'a', '']);
});

test('what waiting does not help ends it', async () => {
  const { done, opened } = watched([{ items: [], error: new AppError('PERMISSION_DENIED') }]);
  await expect(done).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  expect(opened).toHaveLength(1);
});
