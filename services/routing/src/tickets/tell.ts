import {
  type Content,
  ConversationOwner,
  ConversationState,
  type Notice,
  PartyRole,
  type ResolvedChannel,
} from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { newId } from '@omnigate/runtime';
import type { RoutingContext } from '../context';
import { beginConversation, type ConversationRow } from '../domain/conversation';
import { noticeLanguage } from '../domain/language';
import { menuText, ticketChoiceOf } from '../domain/offered-menu';
import { addChange, beginChanges, type Changes, sendMessage, writeChanges } from '../store/changes';
import { type AddressKey, resolveContacts } from '../store/contacts';
import {
  type ConversationKey,
  insertConversations,
  lockConversations,
  readConversations,
} from '../store/conversations';
import { claimInboundKeys, inboundKeyName } from '../store/inbound-keys';
import { findMenus, insertMenus, markOffered, type OfferedMenuRow } from '../store/offered-menus';
import { findOpenConversations } from '../store/open-conversations';

/** Something that somebody is to be told. */
export interface Telling {
  tenantId: string;
  notice: Notice;
}

/** A notice whose channel is there. */
interface Placed extends Telling {
  channel: ResolvedChannel;
  key: ConversationKey;
  /** The conversation that the notice names. */
  named: ConversationRow | undefined;
}

/** In the place of a channel's id, so that a notice's id is kept once among the keys of what came in. */
const noticeKeys = '00000000-0000-7000-8000-000000000000';

type Context = Pick<RoutingContext, 'directory' | 'clock' | 'bus' | 'tenants'>;

/**
 * Tells notices, each once, as messages of the system: in the open conversation of whom they are for, else in the one they
 * name or in which a menu was told last, else in a new one that has ended already, since nothing is asked of anybody.
 * What may not be sent is stored as failed with the reason. What a ticket's menu offers is remembered, so that an answer
 * is taken for one.
 *
 * @param context what routing works with.
 * @param tx the transaction; it has locked nothing but its position.
 * @param tellings in order.
 * @returns the ids of notices that have nowhere to go: their conversation or channel is not there.
 */
export async function tell(
  context: Context,
  tx: Transaction,
  tellings: readonly Telling[],
): Promise<Set<string>> {
  const placeable = await place(context, tx, tellings);
  const lost = new Set(tellings.map(({ notice }) => notice.noticeId));
  for (const { notice } of placeable) lost.delete(notice.noticeId);
  // Of what is lost no key is kept: it may be replayed once its channel is there.
  const placed = await dropRepeats(tx, placeable);
  if (placed.length === 0) return lost;
  const contactOf = await resolveContacts(
    tx,
    placed.map((item) => ({ ...addressOf(item), name: '' })),
  );
  await markOffered(tx, placed.filter(offers).map(addressOf));
  const changes = beginChanges(tx, context.clock());
  const conversations = await hold(context, changes, placed, contactOf);
  await changes.replies.hold(
    placed.map(({ channel, key }) => ({ address: conversations.get(nameOf(key)) ?? key, channel })),
  );
  const menus: OfferedMenuRow[] = [];
  for (const item of placed) {
    const conversation = conversations.get(nameOf(item.key)) as ConversationRow;
    const seq = say(changes, conversation, item);
    if (offers(item)) menus.push(menuOf(item, conversation, seq));
  }
  await insertMenus(tx, menus);
  await writeChanges(changes, context.bus);
  return lost;
}

const nameOf = ({ tenantId, channelId, address, threadKey }: ConversationKey): string =>
  `${tenantId} ${channelId} ${address} ${threadKey}`;

async function dropRepeats(tx: Transaction, tellings: readonly Placed[]): Promise<Placed[]> {
  const once = new Map(tellings.map((item) => [item.notice.noticeId, item]));
  if (once.size === 0) return [];
  const keys = [...once].map(([eventId, { tenantId }]) => ({ tenantId, channelId: noticeKeys, eventId }));
  const claimed = await claimInboundKeys(tx, keys);
  return [...once].flatMap(([eventId, item]) =>
    claimed.has(inboundKeyName({ eventId, channelId: noticeKeys })) ? [item] : [],
  );
}

/** Where each notice goes; those whose channel or conversation is not there are left out. */
async function place(context: Context, tx: Transaction, tellings: readonly Telling[]): Promise<Placed[]> {
  const ids = new Map(
    tellings
      .filter(({ notice }) => notice.conversationId !== '')
      .map(({ tenantId, notice }) => [notice.conversationId, tenantId]),
  );
  const rows = await readConversations(
    tx,
    [...ids].map(([conversationId, tenantId]) => ({ tenantId, conversationId })),
  );
  const known = new Map(rows.map((row) => [row.id, row]));
  const placed = await Promise.all(
    tellings.map(async (item): Promise<Placed[]> => {
      const named = known.get(item.notice.conversationId);
      const key = named ?? keyOf(item);
      const channel = await context.directory.channel(key.channelId);
      if (key.address === '' || channel?.tenantId !== item.tenantId) return [];
      const { tenantId, channelId, address, threadKey } = key;
      return [{ ...item, channel, key: { tenantId, channelId, address, threadKey }, named }];
    }),
  );
  return placed.flat();
}

const keyOf = ({ tenantId, notice }: Telling): ConversationKey => ({
  tenantId,
  channelId: notice.channel?.id ?? '',
  address: notice.address,
  threadKey: notice.threadKey,
});

const addressOf = ({ tenantId, channel, key }: Placed): AddressKey => ({
  tenantId,
  namespace: channel.channelType?.addressNamespace ?? channel.type,
  value: key.address,
});

const optionsOf = ({ notice }: Telling) =>
  notice.content?.kind?.$case === 'menu' ? notice.content.kind.value.options : [];

const offers = (item: Telling): boolean => optionsOf(item).some(({ id }) => ticketChoiceOf(id) !== undefined);

/** Locks, in one statement, where notices are told, and makes what is missing. @returns rows by the name of their key */
async function hold(
  context: Context,
  changes: Changes,
  placed: readonly Placed[],
  contactOf: (key: AddressKey) => string,
): Promise<Map<string, ConversationRow>> {
  const byName = new Map(placed.map((item) => [nameOf(item.key), item]));
  const open = await findOpenConversations(
    changes.tx,
    [...byName.values()].map(({ key }) => key),
  );
  const ids = new Map([...byName].map(([name, { named }]) => [name, named?.id]));
  for (const row of open) ids.set(nameOf(row), row.id);
  const unknown = [...byName].filter(([name]) => ids.get(name) === undefined).map(([, { key }]) => key);
  // Whoever was offered a menu has a conversation, though it has ended; the newest comes first.
  for (const menu of (await findMenus(changes.tx, unknown)).reverse())
    ids.set(nameOf(menu), menu.conversationId);
  const wanted = [...byName].flatMap(([name, { tenantId }]) => {
    const conversationId = ids.get(name);
    return conversationId === undefined ? [] : [{ tenantId, conversationId }];
  });
  const rows = new Map((await lockConversations(changes.tx, wanted)).map((row) => [nameOf(row), row]));
  const missing = [...byName].filter(([name]) => !rows.has(name)).map(([, item]) => item);
  for (const row of await openEnded(context, changes, missing, contactOf)) rows.set(nameOf(row), row);
  return rows;
}

/** Conversations that have ended from their beginning: whoever writes opens another, as after any that has ended. */
async function openEnded(
  context: Context,
  changes: Changes,
  items: readonly Placed[],
  contactOf: (key: AddressKey) => string,
): Promise<ConversationRow[]> {
  if (items.length === 0) return [];
  const rows = await Promise.all(
    items.map(async (item): Promise<ConversationRow> => {
      const { locale } = await context.tenants.get(item.tenantId);
      const language = noticeLanguage(bodyOf(item.notice.content), locale);
      const ids = { id: newId(), contactId: contactOf(addressOf(item)) };
      const beginning = { ...item.key, ...ids, language, createdAt: changes.now };
      const { CONVERSATION_OWNER_BOT: owner } = ConversationOwner;
      const { CONVERSATION_STATE_RESOLVED: state } = ConversationState;
      return { ...beginConversation(beginning, item.channel), owner, state };
    }),
  );
  await insertConversations(changes.tx, rows);
  // Read again: the rows bring what the customers' ledger says of their channels.
  return lockConversations(
    changes.tx,
    rows.map(({ tenantId, id }) => ({ tenantId, conversationId: id })),
  );
}

function bodyOf(content: Content | undefined): string {
  const kind = content?.kind;
  return kind?.$case === 'text' || kind?.$case === 'menu' ? kind.value.body : '';
}

/** Sends a notice. @returns the number of its message */
function say(changes: Changes, conversation: ConversationRow, { channel, notice }: Placed): number {
  if (conversation.seq === 0) addChange(changes, conversation, channel, { $case: 'opened', value: {} });
  const { attachments } = notice;
  const content = shown(notice.content, channel);
  return sendMessage(changes, conversation, channel, {
    role: PartyRole.PARTY_ROLE_SYSTEM,
    content,
    attachments,
  }).seq;
}

/** A menu is numbered lines where the channel shows none. */
function shown(content: Content | undefined, channel: ResolvedChannel): Content | undefined {
  const kind = content?.kind;
  if (kind?.$case !== 'menu' || channel.channelType?.capabilities?.menu) return content;
  return { kind: { $case: 'text', value: { body: menuText(kind.value.body, kind.value.options) } } };
}

const menuOf = (item: Placed, conversation: ConversationRow, seq: number): OfferedMenuRow => ({
  ...item.key,
  id: item.notice.noticeId,
  conversationId: conversation.id,
  seq,
  options: optionsOf(item),
  answered: false,
});
