import { type Content, Media } from '@omnigate/contracts';
import { filesToFetch, withFiles } from './media-items';

const text: Content = { kind: { $case: 'text', value: { body: 'look' } } };
const media = (o: Partial<Media>) => Media.fromPartial(o);
const image = (o: Partial<Media>): Content => ({ kind: { $case: 'image', value: media(o) } });
const there = media({ providerUrl: 'https://provider.example/1' });
const byId = media({ providerMediaId: 'abc' });
const kept = media({ providerUrl: 'https://provider.example/1', mediaId: 'm1' });
const failed = media({ providerUrl: 'https://provider.example/1', errorCode: 'MEDIA_TOO_LARGE' });

test('what is still with the provider is to be fetched, by its place', () => {
  expect(filesToFetch({ content: text, attachments: [] })).toEqual([]);
  expect(filesToFetch({ content: undefined, attachments: [] })).toEqual([]);
  expect(filesToFetch({ content: image(there), attachments: [byId, kept, failed, there] })).toEqual([
    { index: 0, media: there },
    { index: 1, media: byId },
    { index: 4, media: there },
  ]);
  expect(filesToFetch({ content: image(kept), attachments: [] })).toEqual([]);
  // Nothing leads to it.
  expect(filesToFetch({ content: image({ fileName: 'a.png' }), attachments: [] })).toEqual([]);
});

test('what became of files is put in their places', () => {
  const message = { content: image(there), attachments: [byId, there] };
  const stored = media({ ...there, mediaId: 'm2', contentType: 'image/png' });
  const { message: after, settled } = withFiles(message, [
    { index: 0, media: stored },
    { index: 2, media: failed },
  ]);
  expect(after).toEqual({ content: image(stored), attachments: [byId, failed] });
  expect(settled.map(({ index }) => index)).toEqual([0, 2]);
});

test('what is settled stays, and what is not there is not made', () => {
  const message = { content: text, attachments: [kept] };
  const other = media({ mediaId: 'm9' });
  const items = [0, 1, 2].map((index) => ({ index, media: other }));
  expect(withFiles(message, items)).toEqual({ message, settled: [] });
  expect(
    withFiles({ content: text, attachments: [there] }, [{ index: 1, media: undefined }]).settled,
  ).toEqual([]);
});

test('the same told twice in one go counts once', () => {
  const [first, second] = [media({ mediaId: 'm1' }), media({ mediaId: 'm2' })];
  const { message, settled } = withFiles({ content: image(there), attachments: [] }, [
    { index: 0, media: first },
    { index: 0, media: second },
  ]);
  expect(message.content).toEqual(image(first));
  expect(settled).toHaveLength(1);
});
