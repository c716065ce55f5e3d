import type { DeadLetterEntry } from '@omnigate/bus';
import { OperationsServiceService, type TailResponse, topics } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import {
  type CallContext,
  defineService,
  pageSize,
  parsePageToken,
  type Role,
  type RpcService,
} from '@omnigate/rpc';
import { settleDeadLetters } from '../dead-letters';
import type { DirectoryContext } from '../directory-context';
import { namePattern } from '../domain/resource';
import { type ChannelLogRow, listChannelLog } from '../store/channel-log';
import { readChannelTypes } from '../store/channel-types';
import { findResources } from '../store/resources';
import { type Tailed, tailEvents } from '../tail-events';
import { callerOf } from './caller';
import { summariseEvent } from './event-summary';
import { nextPageToken } from './next-page-token';

const writers: readonly Role[] = ['owner', 'admin', 'operator'];
const watchers: readonly Role[] = [...writers, 'supervisor', 'auditor'];

/** Any topic, or none. */
const topicPattern = /^[\w.-]{0,200}$/;

const readLogPage = async (
  request: { channel: string; pageSize: number; pageToken: string },
  tenantId: string,
  { database }: DirectoryContext,
): Promise<{ rows: ChannelLogRow[]; limit: number }> => {
  const token = parsePageToken(request.pageToken, { time: 'time', id: 'uuid' });
  const limit = pageSize(request.pageSize);
  const before = token && { time: new Date(token.time), id: token.id };
  const rows = await database.transaction({ tenants: [tenantId] }, async (tx) => {
    const names = [{ tenantId, kind: 'Channel' as const, name: request.channel }];
    const [channel] = namePattern.test(request.channel) ? await findResources(tx, names) : [];
    if (!channel) throw new AppError('NOT_FOUND', { resource: `Channel/${request.channel}` });
    return listChannelLog(tx, {
      tenantId,
      channelId: channel.id,
      limit: limit + 1,
      ...(before && { before }),
    });
  });
  return { rows, limit };
};

const viewDeadLetter = (entry: DeadLetterEntry) => ({
  id: entry.id,
  topic: entry.topic,
  group: entry.group,
  errorCode: entry.errorCode,
  sizeBytes: entry.value.length,
  failTime: entry.failTime,
  eventId: entry.eventId,
});

const tailTopics = async (wanted: readonly string[], { database }: DirectoryContext): Promise<string[]> => {
  const adapters = new Set(
    [...(await readChannelTypes(database)).values()].map((each) => each.adapterService),
  );
  const { messageSend, mediaFetch, ...fixed } = topics;
  const ofAdapters = [...adapters].flatMap((adapter) => [messageSend(adapter), mediaFetch(adapter)]);
  const known = [...Object.values(fixed), ...ofAdapters];
  const unknown = wanted.filter((topic) => !known.includes(topic));
  if (unknown.length === 0) return wanted.length > 0 ? [...wanted] : known;
  const description = `must be among ${known.join(', ')}`;
  throw new AppError('INVALID_ARGUMENT', {}, { fields: [{ field: 'topics', description }] });
};

const viewTailed = (tailed: Tailed): TailResponse => {
  if ('leftOut' in tailed)
    return {
      readTime: new Date(),
      topic: '',
      eventId: '',
      eventType: '',
      summary: `${tailed.leftOut} events were left out: they came faster than they were read`,
    };
  const { topic, eventId, type, value } = tailed.record;
  return { readTime: new Date(), topic, eventId, eventType: type, summary: summariseEvent(type, value) };
};

async function* tail(
  request: { topics: string[] },
  call: CallContext,
  context: DirectoryContext,
): AsyncGenerator<TailResponse> {
  const wanted = { topics: await tailTopics(request.topics, context), tenantId: call.identity.tenantId };
  for await (const tailed of tailEvents(context.bus, wanted, call.signal)) yield viewTailed(tailed);
}

/**
 * What an operator needs to see and mend.
 *
 * @param context directory's
 * @returns OperationsService
 */
export function createOperationsService(context: DirectoryContext): RpcService<OperationsServiceService> {
  const allow = {
    listChannelLog: watchers,
    listDeadLetters: watchers,
    replayDeadLetters: writers,
    dropDeadLetters: writers,
    tail: watchers,
  };
  return defineService(OperationsServiceService, allow, {
    async listChannelLog(request, { identity }) {
      const { rows, limit } = await readLogPage(request, identity.tenantId, context);
      const entries = rows.slice(0, limit).map(({ occurredTime, stage, code, detail, suppressedCount }) => {
        return { occurredTime, channel: request.channel, stage, code, detail, suppressedCount };
      });
      const position = ({ occurredTime, id }: ChannelLogRow) => ({ time: occurredTime.toISOString(), id });
      return { entries, nextPageToken: nextPageToken(rows, limit, position) };
    },
    async listDeadLetters(request, { identity }) {
      const { topic } = request;
      if (!topicPattern.test(topic))
        throw new AppError(
          'INVALID_ARGUMENT',
          {},
          { fields: [{ field: 'topic', description: 'is not the name of a topic' }] },
        );
      const before = parsePageToken(request.pageToken, { id: 'text' })?.id;
      const limit = pageSize(request.pageSize);
      const found = await context.bus.deadLetters.list({
        tenantId: identity.tenantId,
        limit: limit + 1,
        ...(topic !== '' && { topic }),
        ...(before !== undefined && { before }),
      });
      const nextToken = nextPageToken(found, limit, ({ id }) => ({ id }));
      return { deadLetters: found.slice(0, limit).map(viewDeadLetter), nextPageToken: nextToken };
    },
    async replayDeadLetters(request, call) {
      return {
        replayedCount: await settleDeadLetters('replay', request, { caller: callerOf(call), context }),
      };
    },
    async dropDeadLetters(request, call) {
      return { droppedCount: await settleDeadLetters('drop', request, { caller: callerOf(call), context }) };
    },
    tail: (request, call) => tail(request, call, context),
  });
}
