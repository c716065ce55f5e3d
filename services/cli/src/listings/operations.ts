import {
  DirectoryServiceService,
  KnowledgeServiceService,
  OperationsServiceService,
} from '@omnigate/contracts';
import { column, timeColumn } from '../output/cells';
import { allPages, type Listing } from './listing';

/** Lists of what the operator and the bot's keeper look at. */
export const operationListings: readonly Listing[] = [
  {
    aliases: ['channellogentry'],
    title: 'channel-log',
    message: 'omnigate.operations.v1.ChannelLogEntry',
    filters: ['channel'],
    required: 'channel',
    columns: [
      timeColumn('TIME', 'occurred_time'),
      column('STAGE', 'stage'),
      column('CODE', 'code'),
      column('ALIKE', 'suppressed_count'),
      column('DETAIL', 'detail'),
    ],
    async *list(server, query) {
      const service = server.client(OperationsServiceService);
      yield* allPages(async (page) => {
        const { entries, nextPageToken } = await service.listChannelLog({
          channel: query.channel ?? '',
          ...page,
        });
        return { items: entries, nextPageToken };
      });
    },
  },
  {
    aliases: ['unresolved', 'question'],
    title: 'unresolved-questions',
    message: 'omnigate.bot.v1.UnresolvedQuestion',
    filters: [],
    columns: [
      column('ID', 'id'),
      column('COUNT', 'count'),
      column('LANGUAGE', 'language'),
      timeColumn('LAST', 'last_time'),
      column('QUESTION', 'question'),
    ],
    async *list(server) {
      const service = server.client(KnowledgeServiceService);
      yield* allPages(async (page) => {
        const { questions, nextPageToken } = await service.listUnresolvedQuestions(page);
        return { items: questions, nextPageToken };
      });
    },
  },
  {
    aliases: ['answerevidence'],
    title: 'evidence',
    message: 'omnigate.knowledge.v1.AnswerEvidence',
    filters: ['conversation'],
    required: 'conversation',
    columns: [
      timeColumn('TIME', 'create_time'),
      column('DECISION', 'evidence.decision'),
      column('RULES', 'evidence.rules'),
      {
        title: 'FIRST CANDIDATES',
        cell: ({ evidence }) =>
          (
            (evidence as { questions?: { candidates?: { article_name: string }[] }[] } | null)?.questions ??
            []
          )
            .map(({ candidates }) => candidates?.[0]?.article_name ?? '-')
            .join(', '),
      },
      column('TURN', 'turn_id'),
    ],
    async *list(server, query) {
      const service = server.client(KnowledgeServiceService);
      yield* allPages(async (page) => {
        const request = { conversationId: query.conversation ?? '', ...page };
        const { evidence, nextPageToken } = await service.listAnswerEvidence(request);
        return { items: evidence, nextPageToken };
      });
    },
  },
  {
    aliases: ['auditentry', 'auditentries'],
    title: 'audit-log',
    message: 'omnigate.directory.v1.AuditEntry',
    filters: [],
    columns: [
      timeColumn('TIME', 'create_time'),
      column('ACTOR', 'actor'),
      column('ACTION', 'action'),
      column('OBJECT', 'object'),
    ],
    async *list(server) {
      const service = server.client(DirectoryServiceService);
      yield* allPages(async (page) => {
        const { entries, nextPageToken } = await service.listAuditEntries(page);
        return { items: entries, nextPageToken };
      });
    },
  },
];
