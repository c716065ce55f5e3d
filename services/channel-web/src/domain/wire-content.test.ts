import { Content, Media } from '@omnigate/contracts';
import { contentOf, wireContentOfSaid } from './said';
import { resolvedContent, wireContentOf } from './wire-content';

test('every kind of content has a form that a page can show', () => {
  const media = Media.fromPartial({
    providerUrl: 'https://m.example/1',
    fileName: 'a.png',
    caption: 'see',
    contentType: 'image/png',
  });
  const shown = (kind: NonNullable<Content['kind']>) => wireContentOf(Content.fromPartial({ kind }));
  expect(shown({ $case: 'text', value: { body: 'hi' } })).toEqual({ type: 'text', text: 'hi' });
  expect(shown({ $case: 'image', value: { ...media, sizeBytes: 1n } })).toEqual({
    type: 'image',
    url: 'https://m.example/1',
    name: 'a.png',
    text: 'see',
    content_type: 'image/png',
    size: 1,
    media_id: '',
    thumbnail_id: '',
  });
  expect(shown({ $case: 'location', value: { latitude: 1, longitude: 2, label: 'x' } })).toEqual({
    type: 'location',
    latitude: 1,
    longitude: 2,
    label: 'x',
  });
  expect(shown({ $case: 'card', value: { title: 't', body: 'b', url: 'u' } })).toEqual({
    type: 'card',
    title: 't',
    text: 'b',
    url: 'u',
  });
  expect(shown({ $case: 'call', value: { callId: 'c', durationSeconds: 3 } })).toEqual({ type: 'other' });
  const event = (name: string) => shown({ $case: 'event', value: { name, detail: '' } });
  expect(event('conversation-resolved')).toEqual(JSON.parse(resolvedContent));
  expect(event('subscribed')).toEqual({ type: 'other' });
  expect(wireContentOf(undefined)).toEqual({ type: 'other' });
});

test('what a visitor says becomes canonical content and reads back the same', () => {
  expect(wireContentOfSaid({ text: 'a' })).toEqual({ type: 'text', text: 'a' });
  expect(wireContentOfSaid({ id: '1', label: 'l' })).toEqual({ type: 'choice', id: '1', label: 'l' });
});

test('a rating is the event that routing reads, and shows itself on the other pages', () => {
  const rated = (comment: string) => contentOf({ of: 'e1', score: 4, comment }).kind?.value;
  expect(rated('')).toEqual({ name: 'rated', detail: '4' });
  expect(rated('5 stars')).toEqual({ name: 'rated', detail: '4 5 stars' });
  expect(wireContentOfSaid({ of: 'e1', score: 4, comment: 'ok' })).toEqual({
    type: 'rating',
    of: 'e1',
    score: 4,
    comment: 'ok',
  });
});
