import type { Queryable } from '@omnigate/database';
import { newId } from '@omnigate/runtime';

/** A change of what a customer allows on a channel. */
export interface ConsentChange {
  tenantId: string;
  channelId: string;
  address: string;
  optedOut: boolean;
  /** "customer" for a word that the customer sent, "provider" for what a send's answer said. */
  source: 'customer' | 'provider';
  messageId: string | null;
}

/**
 * Adds to the ledger of consents, and puts the last change of each address in force.
 *
 * @param tx the transaction.
 * @param changes the changes in the order in which they came.
 */
export async function recordConsents(tx: Queryable, changes: readonly ConsentChange[]): Promise<void> {
  if (changes.length === 0) return;
  const last = new Map(changes.map((change) => [`${change.channelId} ${change.address}`, change]));
  const inForce = [...last.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change);
  await tx.query({
    name: 'consent-entry-insert',
    text: `insert into consent_entry (tenant_id, id, channel_id, address, opted_out, source, message_id)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::boolean[], $6::text[], $7::uuid[])`,
    values: [
      changes.map((change) => change.tenantId),
      changes.map(() => newId()),
      changes.map((change) => change.channelId),
      changes.map((change) => change.address),
      changes.map((change) => change.optedOut),
      changes.map((change) => change.source),
      changes.map((change) => change.messageId),
    ],
  });
  await tx.query({
    name: 'consent-set',
    text: `insert into consent (tenant_id, channel_id, address, opted_out)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[])
      on conflict (tenant_id, channel_id, address)
      do update set opted_out = excluded.opted_out, updated_at = now()`,
    values: [
      inForce.map((change) => change.tenantId),
      inForce.map((change) => change.channelId),
      inForce.map((change) => change.address),
      inForce.map((change) => change.optedOut),
    ],
  });
}
