import type { BusRecord, Outcome } from '@omnigate/bus';
import { Content, encodeMessage, MediaStored, StoredMessage } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import type { RoutingContext } from '../context';
import { maskedItems } from '../domain/masking';
import { withFiles } from '../domain/media-items';
import { addChange, beginChanges, writeChanges } from '../store/changes';
import { lockConversations } from '../store/conversations';
import { type MessageFiles, readFiles, saveFiles } from '../store/message-files';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Notes what became of the files of customers' messages, and tells it.
 *
 * @param context what routing works with.
 * @returns a handler for records of omnigate.media.stored.v1.
 */
export function createMediaStored(context: Pick<RoutingContext, 'directory' | 'clock' | 'bus'>) {
  return async (tx: Transaction, records: BusRecord[]): Promise<Outcome[]> => {
    const outcomes: Outcome[] = records.map(() => ({ kind: 'ok' }));
    const told: MediaStored[] = [];
    for (const [index, record] of records.entries()) {
      const stored = MediaStored.decode(record.value);
      const { tenantId, conversationId, messageId } = stored;
      if (tenantId === record.tenantId && uuid.test(conversationId) && uuid.test(messageId))
        told.push(stored);
      else outcomes[index] = { kind: 'deadLetter', code: 'INVALID_ARGUMENT' };
    }
    if (told.length > 0) await note(context, tx, told);
    return outcomes;
  };
}

async function note(
  context: Pick<RoutingContext, 'directory' | 'clock' | 'bus'>,
  tx: Transaction,
  told: readonly MediaStored[],
): Promise<void> {
  const byConversation = new Map(told.map((each) => [each.conversationId, each]));
  const locked = await lockConversations(tx, [...byConversation.values()]);
  const conversations = new Map(locked.map((row) => [row.id, row]));
  const byMessage = Map.groupBy(told, ({ messageId }) => messageId);
  const messages = await readFiles(
    tx,
    [...byMessage.values()].flatMap(([first]) => (first ? [first] : [])),
  );
  const changes = beginChanges(tx, context.clock());
  const changed: MessageFiles[] = [];
  for (const row of messages) {
    const conversation = conversations.get(row.conversationId);
    const items = byMessage.get(row.id)?.flatMap((each) => each.items) ?? [];
    const { attachments } = StoredMessage.decode(row.attachments ?? new Uint8Array());
    const { message, settled } = withFiles({ content: Content.decode(row.content), attachments }, items);
    if (!conversation || settled.length === 0) continue;
    changed.push({
      ...row,
      content: message.content ? encodeMessage(Content, message.content) : row.content,
      attachments: row.attachments
        ? encodeMessage(StoredMessage, StoredMessage.fromPartial({ attachments: [...message.attachments] }))
        : null,
    });
    const channel = await context.directory.channel(conversation.channelId);
    addChange(changes, conversation, channel, {
      $case: 'mediaStored',
      value: { messageId: row.id, items: maskedItems(settled) },
    });
  }
  await saveFiles(tx, changed);
  await writeChanges(changes, context.bus);
}
