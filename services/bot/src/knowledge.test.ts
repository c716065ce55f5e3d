import type { Bus, BusRecord, FollowOptions } from '@omnigate/bus';
import { type RegistryServiceService, type Resource, ResourceChanged } from '@omnigate/contracts';
import type { Client } from '@omnigate/rpc';
import { createLogger, newId } from '@omnigate/runtime';
import { createKnowledge } from './knowledge';

const tenantId = newId();
const spec = { language: 'en', question: 'When do you open?', answer: 'At nine.' };
const resource = (name: string, day: number, more: Record<string, unknown> = spec): Resource => ({
  kind: 'KnowledgeArticle',
  metadata: { name, id: newId() },
  spec: more,
  status: { create_time: `2026-01-0${day}T00:00:00.000Z` },
});

/** A directory with one tenant, and the loader before it. */
async function openKnowledge() {
  const directory = { resources: [] as Resource[], revision: '1', asked: 0, away: false };
  const loads: string[][] = [];
  let follow: FollowOptions | undefined;
  const bus = {
    follow(options: FollowOptions) {
      follow = options;
      return { ready: Promise.resolve(''), stop: async () => undefined };
    },
  } as unknown as Bus;
  const registry = {
    async snapshotResources({ kind, knownRevision }: { kind: string; knownRevision: string }) {
      if (kind === 'KnowledgeArticle') directory.asked += 1;
      if (directory.away) throw new Error('away');
      const { revision } = directory;
      const resources = directory.resources.filter((each) => each.kind === kind);
      return { resources: knownRevision === revision ? [] : resources, revision };
    },
  } as unknown as Client<typeof RegistryServiceService>;
  const knowledge = createKnowledge({
    registry,
    bus,
    logger: createLogger({ service: 'test', level: 'silent' }),
    onLoaded: async (_tenant, _revision, { articles, ticketTypes }) =>
      void loads.push([...articles, ...ticketTypes].map(({ name }) => name)),
  });
  await knowledge.start();
  const changed = (kind: string): void => {
    const value = Buffer.from(ResourceChanged.encode(ResourceChanged.fromPartial({ kind })).finish());
    void follow?.handle([{ tenantId, value } as BusRecord], '');
  };
  return { knowledge, directory, loads, changed };
}

test('loads once, the oldest first; what can not be used is left out', async () => {
  const { knowledge, directory, loads } = await openKnowledge();
  directory.resources = [
    resource('b-newest', 3),
    resource('broken', 2, { question: 1 }),
    resource('c-oldest', 1),
  ];
  await Promise.all([knowledge.ready(tenantId), knowledge.ready(tenantId)]);
  await knowledge.ready(tenantId);
  expect(loads).toEqual([['c-oldest', 'b-newest']]);
  expect(directory.asked).toBe(1);
});

test('loads again when articles change, and not when something else does', async () => {
  const { knowledge, directory, loads, changed } = await openKnowledge();
  await knowledge.ready(tenantId);
  Object.assign(directory, { resources: [resource('a', 1)], revision: '2' });
  changed('Channel');
  expect(await knowledge.ready(tenantId)).toEqual([]);
  changed('KnowledgeArticle');
  expect((await knowledge.ready(tenantId)).map(({ name }) => name)).toEqual(['a']);
  changed('KnowledgeArticle');
  await knowledge.ready(tenantId);
  expect(loads).toEqual([[], ['a']]);
});

test('a directory that is away fails that question alone', async () => {
  const { knowledge, directory } = await openKnowledge();
  directory.away = true;
  await expect(knowledge.ready(tenantId)).rejects.toThrow('away');
  Object.assign(directory, { away: false, resources: [resource('a', 1)] });
  expect(await knowledge.ready(tenantId)).toHaveLength(1);
});

test('ticket types come with the articles; a form that can not be asked for is left out', async () => {
  const { knowledge, directory, loads, changed } = await openKnowledge();
  const form = {
    type: 'object',
    required: ['room'],
    properties: { room: { type: 'string', title: { en: 'Room' }, ask: { en: 'Which room?' } } },
  };
  const ticketType = (name: string, more: object): Resource => ({
    ...resource(name, 1, {
      title: { en: name },
      keywords: { zh: [], en: [] },
      examples: { zh: [], en: [] },
      ...more,
    }),
    kind: 'TicketType',
  });
  directory.resources = [resource('a', 1)];
  await knowledge.ready(tenantId);
  directory.resources.push(ticketType('repair', { form }), ticketType('broken', { form: { type: 'array' } }));
  directory.revision = '2';
  changed('TicketType');
  await knowledge.ready(tenantId);
  expect(loads).toEqual([['a'], ['a', 'repair']]);
});
