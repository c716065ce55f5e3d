import type { Transaction } from '@omnigate/database';
import { newId } from '@omnigate/runtime';

/** What one turn leaves behind. */
export interface TurnRecord {
  tenantId: string;
  conversationId: string;
  turnId: string;
  /** JSON. */
  evidence: string;
  /** A question that had no answer, masked; undefined when there was one. */
  unresolved: { question: string; language: string } | undefined;
}

/**
 * Keeps the evidence of turns; a turn that is told twice is kept once.
 *
 * @param tx the transaction.
 * @param records the turns.
 * @returns ids of the turns that are new.
 */
export async function insertEvidence(tx: Transaction, records: readonly TurnRecord[]): Promise<Set<string>> {
  const rows = await tx.query<{ turn_id: string }>({
    name: 'evidence-insert',
    text: `insert into answer_evidence (tenant_id, conversation_id, turn_id, evidence)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])
      on conflict do nothing returning turn_id`,
    values: [
      records.map((record) => record.tenantId),
      records.map((record) => record.conversationId),
      records.map((record) => record.turnId),
      records.map((record) => record.evidence),
    ],
  });
  return new Set(rows.map((row) => row.turn_id));
}

/**
 * Counts questions without an answer.
 *
 * @param tx the transaction.
 * @param records turns whose question had no answer.
 */
export async function countUnresolved(tx: Transaction, records: readonly TurnRecord[]): Promise<void> {
  const counts = new Map<string, { record: TurnRecord; count: number }>();
  for (const record of records) {
    const key = `${record.tenantId} ${record.unresolved?.language} ${record.unresolved?.question}`;
    const known = counts.get(key);
    if (known) known.count += 1;
    else counts.set(key, { record, count: 1 });
  }
  const rows = [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  if (rows.length === 0) return;
  await tx.query({
    name: 'unresolved-count',
    text: `insert into unresolved_question as u (tenant_id, id, question, language, count)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[])
      on conflict (tenant_id, language, md5(question))
      do update set count = u.count + excluded.count, last_at = now()`,
    values: [
      rows.map(({ record }) => record.tenantId),
      rows.map(() => newId()),
      rows.map(({ record }) => record.unresolved?.question ?? ''),
      rows.map(({ record }) => record.unresolved?.language ?? ''),
      rows.map(({ count }) => count),
    ],
  });
}
