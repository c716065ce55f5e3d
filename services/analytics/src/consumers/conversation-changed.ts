import type { BusRecord, Outcome } from '@omnigate/bus';
import { ConversationChanged } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import type { AnalyticsContext } from '../context';
import {
  type ConversationFact,
  conversationFigures,
  newConversationFact,
  takeConversationChange,
} from '../domain/conversation-fact';
import { writtenText } from '../domain/spoken-words';
import {
  insertConversationFacts,
  lockConversationFacts,
  saveConversationFacts,
} from '../store/conversation-facts';
import { addFigures } from '../store/figures';
import { countWords, type Utterance } from './count-words';
import { type FactKind, readChanges, type Taken, takeChanges } from './take-changes';

/** How conversations are counted. */
export const conversationKind: FactKind<ConversationChanged, ConversationFact> = {
  decode: (value) => ConversationChanged.decode(value),
  keyOf: ({ tenantId, conversationId: id }) => ({ tenantId, id }),
  timeOf: ({ occurredTime }) => occurredTime,
  create: newConversationFact,
  take: takeConversationChange,
  figuresOf: conversationFigures,
  lock: lockConversationFacts,
  insert: insertConversationFacts,
  save: saveConversationFacts,
};

/**
 * Counts what happened to conversations: a batch is a few statements, however many changes are in it.
 *
 * @param context what analytics works with.
 * @returns a handler for records of omnigate.conversation.changed.v1.
 */
export function createConversationChanged(context: Pick<AnalyticsContext, 'directory'>) {
  return async (tx: Transaction, records: BusRecord[]): Promise<Outcome[]> => {
    const { changes, outcomes } = readChanges(conversationKind, records);
    if (changes.length === 0) return outcomes;
    const { taken, figures } = await takeChanges(tx, conversationKind, changes);
    await countWords(context, tx, taken.flatMap(utteranceOf));
    await addFigures(tx, figures);
    return outcomes;
  };
}

function utteranceOf({ change, fact }: Taken<ConversationChanged, ConversationFact>): Utterance[] {
  const text = writtenText(change);
  return text === '' ? [] : [{ fact, text, at: change.occurredTime ?? fact.openedAt }];
}
