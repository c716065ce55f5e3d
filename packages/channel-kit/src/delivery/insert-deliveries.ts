import { DeliveryState, type MessageSend } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';
import type { ClaimedDelivery } from './store';
import { claimSeconds } from './wire';

/** A message that is to be sent. */
export interface NewDelivery {
  tenantId: string;
  messageId: string;
  channelId: string;
  channelType: string;
  conversationId: string;
  /** The message key; order is kept within it. */
  key: string;
  address: string;
  priority: number;
  notAfter: Date | null;
  /** The MessageSend as it came. */
  payload: Uint8Array;
  /** W3C trace context in which it came. */
  traceparent?: string | undefined;
  /** The sender leaves it for so long, in ms, to connections that are held open; default 0. */
  heldMs?: number;
  /** Claims it as it is stored, where nothing else of its key is unsettled; for the first of its key alone. */
  claimedBy?: string;
  /** Stores it as sent, where nothing else of its key is unsettled: it is sent in the same transaction. */
  direct?: boolean;
}

/** A message that is stored as a delivery. */
export interface StoredSend {
  send: MessageSend;
  row: NewDelivery;
}

/**
 * Inserts deliveries in the order given; repeats change nothing.
 * @returns the message ids of those that were claimed, or stored as sent
 */
export async function insertDeliveries(tx: Queryable, rows: readonly NewDelivery[]): Promise<string[]> {
  const lengths = rows.map((row) => row.payload.length);
  let next = 1;
  const starts = lengths.map((length) => {
    const start = next;
    next += length;
    return start;
  });
  const traced = rows.some((row) => row.traceparent);
  const claimed = rows.some((row) => row.heldMs || row.claimedBy);
  const direct = rows.some((row) => row.direct);
  const taken = await tx.query<{ message_id: string }>({
    ...insertStatement({ traced, claimed, direct }),
    values: [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.messageId),
      rows.map((row) => row.channelId),
      rows.map((row) => row.channelType),
      rows.map((row) => row.conversationId),
      rows.map((row) => row.key),
      rows.map((row) => row.address),
      rows.map((row) => row.priority),
      rows.map((row) => row.notAfter),
      Buffer.concat(rows.map((row) => row.payload)),
      starts,
      lengths,
      ...(traced || claimed || direct ? [rows.map((row) => row.traceparent ?? null)] : []),
      ...(claimed
        ? [rows.map((row) => row.heldMs ?? 0), rows.map((row) => row.claimedBy ?? null), claimSeconds]
        : []),
      ...(direct ? [rows.map((row) => row.direct ?? false)] : []),
    ],
  });
  return taken.map((row) => row.message_id);
}

/** The first of each key. The statement that stores them does not see one beside another, and so may claim these alone. */
export function firstOfEachKey(rows: readonly NewDelivery[]): NewDelivery[] {
  const seen = new Set<string>();
  return rows.filter(({ key }) => !seen.has(key) && seen.add(key));
}

/** A delivery that was claimed as it was stored, a moment ago. */
export function claimedAsStored(row: NewDelivery): ClaimedDelivery {
  const { tenantId, messageId, channelId, channelType, conversationId, key, address, payload } = row;
  return {
    ...{ tenantId, messageId, channelId, channelType, conversationId, key, address },
    state: DeliveryState.DELIVERY_STATE_SENDING,
    was: DeliveryState.DELIVERY_STATE_QUEUED,
    attempts: 1,
    providerMessageId: '',
    errorCode: '',
    optedOut: false,
    occurredTime: new Date(),
    traceparent: row.traceparent ?? null,
    claimedBy: row.claimedBy ?? '',
    ageMs: 0,
    payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
  };
}

const columns =
  'tenant_id, message_id, channel_id, channel_type, conversation_id, key, address, priority, not_after';
// One blob cut by substring: an array of bytea would travel as hexadecimal text.
const payload = 'substring($10::bytea from start for length)';

/** What was given, one row each. @param more columns beyond those that all have, and their arrays */
const given = (more = '', arrays = '') => `unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[],
    $6::text[], $7::text[], $8::int[], $9::timestamptz[], $11::int[], $12::int[]${arrays}) with ordinality
    as i(${columns}, start, length${more}, n)`;

const insertUntraced = {
  name: 'delivery-insert',
  text: `insert into delivery (${columns}, payload) select ${columns}, ${payload} from ${given()}
    order by n on conflict (tenant_id, message_id) do nothing`,
};
const insertTraced = {
  name: 'delivery-insert-traced',
  text: `insert into delivery (${columns}, payload, traceparent) select ${columns}, ${payload}, traceparent
    from ${given(', traceparent', ', $13::text[]')} order by n on conflict (tenant_id, message_id) do nothing`,
};
/** A delivery `i` may go now. */
const isNext = `(not_after is null or not_after > now()) and not exists (
        select from delivery e where e.tenant_id = i.tenant_id and e.key = i.key and e.state in (1, 2))`;
const insertClaimed = {
  name: 'delivery-insert-claimed',
  text: `with item as materialized (
      select i.*, claim is not null and ${isNext} as claimed
      from ${given(', traceparent, held_ms, claim', ', $13::text[], $14::int[], $15::uuid[]')}
    ), stored as (
      insert into delivery (${columns}, payload, traceparent, due_at, state, attempts, claimed_by, claim_until)
      select ${columns}, ${payload}, traceparent, now() + held_ms * interval '1 millisecond',
        case when claimed then 2 else 1 end, claimed::int, case when claimed then claim end,
        case when claimed then now() + $16::int * interval '1 second' end
      from item order by n on conflict (tenant_id, message_id) do nothing
      returning message_id, state
    )
    select message_id from stored where state = 2`,
};

const insertDirect = {
  name: 'delivery-insert-direct',
  text: `with item as materialized (
      select i.*, direct and ${isNext} as sent from ${given(', traceparent, direct', ', $13::text[], $14::bool[]')}
    ), stored as (
      insert into delivery (${columns}, payload, traceparent, state, attempts, provider_message_id)
      select ${columns}, case when not sent then ${payload} end, traceparent, case when sent then 4 else 1 end,
        sent::int, case when sent then message_id::text else '' end
      from item order by n on conflict (tenant_id, message_id) do nothing
      returning message_id, state
    )
    select message_id from stored where state = 4`,
};

function insertStatement({
  traced,
  claimed,
  direct,
}: Record<'traced' | 'claimed' | 'direct', boolean>): typeof insertClaimed {
  if (direct) return insertDirect;
  if (claimed) return insertClaimed;
  return traced ? insertTraced : insertUntraced;
}
