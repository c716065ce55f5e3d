import type { Transaction } from '@omnigate/database';

/** A question without an answer. */
export interface UnresolvedRow {
  id: string;
  question: string;
  language: string;
  count: number;
  last_at: Date;
}

/** A page of a tenant's questions. */
export interface UnresolvedPage {
  tenantId: string;
  /** Count and id of the last question of the page before. */
  after: { count: number; id: string } | undefined;
  limit: number;
}

/**
 * Lists questions without an answer.
 *
 * @param tx where to read.
 * @param page which ones.
 * @returns at most `limit`, most frequent first.
 */
export async function listUnresolved(tx: Transaction, page: UnresolvedPage): Promise<UnresolvedRow[]> {
  return tx.query<UnresolvedRow>({
    text: `select id, question, language, count, last_at from unresolved_question
      where tenant_id = $1 and not dismissed and ($2::int is null or count < $2 or (count = $2 and id > $3::uuid))
      order by count desc, id limit $4`,
    values: [page.tenantId, page.after?.count ?? null, page.after?.id ?? null, page.limit],
  });
}

/**
 * Takes a question off the list.
 *
 * @param tx the transaction.
 * @param tenantId the tenant.
 * @param id the question.
 * @returns false when there is no such question.
 */
export async function dismissUnresolved(tx: Transaction, tenantId: string, id: string): Promise<boolean> {
  const rows = await tx.query({
    text: 'update unresolved_question set dismissed = true where tenant_id = $1 and id = $2 returning id',
    values: [tenantId, id],
  });
  return rows.length > 0;
}

/** The evidence of a turn. */
export interface EvidenceRow {
  turn_id: string;
  /** JSON. */
  evidence: string;
  created_at: Date;
}

/**
 * Lists the evidence of a conversation's turns.
 *
 * @param tx where to read.
 * @param page the conversation, the last turn of the page before (null for the first), and how many.
 * @returns at most `limit`, newest first.
 */
export async function listEvidence(
  tx: Transaction,
  page: { tenantId: string; conversationId: string; before: string | null; limit: number },
): Promise<EvidenceRow[]> {
  return tx.query<EvidenceRow>({
    text: `select turn_id, evidence, created_at from answer_evidence
      where tenant_id = $1 and conversation_id = $2 and ($3::uuid is null or turn_id < $3)
      order by turn_id desc limit $4`,
    values: [page.tenantId, page.conversationId, page.before, page.limit],
  });
}
