import { Media } from '@omnigate/contracts';
import type { FormValues, Language } from '@omnigate/ticket-form';
import type { Ticket } from '../domain/ticket';

/** A ticket as the database gives it. */
export interface StoredRow {
  tenant_id: string;
  id: string;
  number: bigint;
  type: string;
  state: number;
  summary: string;
  form: FormValues;
  media: Buffer[];
  building: string;
  worker: string;
  refused_by: string[];
  conversation_id: string | null;
  contact_id: string | null;
  channel_id: string | null;
  channel_type: string;
  channel: string;
  address: string;
  thread_key: string;
  language: Language;
  creator: string;
  due_at: Date;
  escalated_at: Date | null;
  close_at: Date | null;
  result: string;
  result_media: Buffer[];
  rating: number;
  rating_comment: string;
  reopen_count: number;
  seq: bigint;
  created_at: Date;
  updated_at: Date;
}

/** Columns of StoredRow; the table is `t`. */
export const columns = `t.tenant_id, t.id, t.number, t.type, t.state, t.summary, t.form, t.media, t.building, t.worker, t.refused_by,
  t.conversation_id, t.contact_id, t.channel_id, t.channel_type, t.channel, t.address, t.thread_key, t.language, t.creator,
  t.due_at, t.escalated_at, t.close_at, t.result, t.result_media, t.rating, t.rating_comment, t.reopen_count, t.seq,
  t.created_at, t.updated_at`;

/**
 * Reads a row.
 *
 * @param row with all `columns`
 * @returns the ticket
 */
export const fromStored = (row: StoredRow): Ticket => ({
  tenantId: row.tenant_id,
  id: row.id,
  number: row.number,
  type: row.type,
  state: row.state,
  summary: row.summary,
  form: row.form,
  media: row.media.map((media) => Media.decode(media)),
  building: row.building,
  worker: row.worker,
  refusedBy: row.refused_by,
  conversationId: row.conversation_id,
  contactId: row.contact_id,
  channelId: row.channel_id,
  channelType: row.channel_type,
  channel: row.channel,
  address: row.address,
  threadKey: row.thread_key,
  language: row.language,
  creator: row.creator,
  dueAt: row.due_at,
  escalatedAt: row.escalated_at,
  closeAt: row.close_at,
  result: row.result,
  resultMedia: row.result_media.map((media) => Media.decode(media)),
  rating: row.rating,
  ratingComment: row.rating_comment,
  reopenCount: row.reopen_count,
  seq: row.seq,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/**
 * Writes files by reference.
 *
 * @param media the files
 * @returns what columns of media hold
 */
export const encoded = (media: readonly Media[]): Buffer[] =>
  media.map((each) => Buffer.from(Media.encode(each).finish()));
