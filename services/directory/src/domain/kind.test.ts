import { parseKind } from './kind';

test.each([
  ['Channel', 'Channel'],
  ['channels', 'Channel'],
  ['channel', 'Channel'],
  ['api-keys', 'ApiKey'],
  ['ApiKey', 'ApiKey'],
  ['api_key', 'ApiKey'],
  ['knowledge-articles', 'KnowledgeArticle'],
])('reads %s as %s', (written, kind) => {
  expect(parseKind(written)).toEqual({ state: 'kept', kind });
});

test('tells planned, listed and unknown kinds apart', () => {
  expect(parseKind('SlaPolicies')).toEqual({ state: 'planned', kind: 'SlaPolicy' });
  expect(parseKind('Queue')).toEqual({ state: 'planned', kind: 'Queue' });
  expect(parseKind('channel-types')).toEqual({ state: 'listed', kind: 'ChannelType' });
  expect(parseKind('Chanel')).toEqual({ state: 'unknown' });
  expect(parseKind('')).toEqual({ state: 'unknown' });
  expect(parseKind('constructor')).toEqual({ state: 'unknown' });
});
