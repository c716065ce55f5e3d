import type { Transaction } from '@omnigate/database';
import type { AnalyticsContext } from '../context';
import type { ConversationFact } from '../domain/conversation-fact';
import { slotOf } from '../domain/slot';
import { takeNewWords } from '../domain/spoken-words';
import { zonedHour } from '../domain/zoned-day';
import { addWords, readSaid, type SaidKey, saveSaid, type WordOfDay } from '../store/words';
import { timeZoneOf } from '../tenant-zone';

/** Something that a customer wrote. */
export interface Utterance {
  fact: ConversationFact;
  /** Masked. */
  text: string;
  at: Date;
}

/** The texts of a conversation on one day. */
interface Sayings extends SaidKey {
  channel: string;
  texts: string[];
}

/**
 * Counts words: each once for a conversation and day.
 *
 * @param context where the tenants' time zones come from.
 * @param tx the transaction, which holds the conversations' facts.
 * @param utterances what was written, repeats of records removed.
 */
export async function countWords(
  context: Pick<AnalyticsContext, 'directory'>,
  tx: Transaction,
  utterances: readonly Utterance[],
): Promise<void> {
  if (utterances.length === 0) return;
  const sayings = await sayingsOf(context, utterances);
  const said = new Map((await readSaid(tx, sayings)).map((row) => [keyOf(row), row.hashes]));
  const counted = new Map<string, WordOfDay>();
  const changed = sayings.flatMap((saying) => {
    const known = new Set(said.get(keyOf(saying)));
    const before = known.size;
    for (const word of saying.texts.flatMap((text) => takeNewWords(known, text))) add(counted, saying, word);
    const { tenantId, conversationId, day } = saying;
    return known.size === before ? [] : [{ tenantId, conversationId, day, hashes: [...known] }];
  });
  await saveSaid(tx, changed);
  await addWords(tx, [...counted.values()]);
}

async function sayingsOf(
  context: Pick<AnalyticsContext, 'directory'>,
  utterances: readonly Utterance[],
): Promise<Sayings[]> {
  const sayings = new Map<string, Sayings>();
  // All of a bucket is of one day: clocks are asked once for each, not for each text.
  const days = new Map<string, string>();
  for (const { fact, text, at } of utterances) {
    const { tenantId, id: conversationId, channel } = fact;
    const bucket = `${tenantId} ${slotOf(at)}`;
    const day = days.get(bucket) ?? zonedHour(at, await timeZoneOf(context, tenantId)).day;
    days.set(bucket, day);
    const saying = { tenantId, conversationId, day, channel, texts: [text] };
    const known = sayings.get(keyOf(saying));
    if (known) known.texts.push(text);
    else sayings.set(keyOf(saying), saying);
  }
  return [...sayings.values()];
}

const keyOf = ({ conversationId, day }: SaidKey): string => `${conversationId} ${day}`;

function add(counted: Map<string, WordOfDay>, { tenantId, day, channel }: Sayings, word: string): void {
  const key = `${tenantId} ${day} ${channel} ${word}`;
  const known = counted.get(key);
  if (known) known.conversations += 1;
  else counted.set(key, { tenantId, day, channel, word, conversations: 1 });
}
