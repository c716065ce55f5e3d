import type { CustomerKey } from '@omnigate/contracts';
import { Direction } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';
import type { ReplyAddress } from './reply-windows';

/** Somebody as another system names them. */
export interface NamedCustomer {
  tenantId: string;
  customer: CustomerKey;
}

/** An address of a customer, and whose it is by our own records. */
export interface CustomerAddress {
  namespace: string;
  value: string;
  /** Undefined for an address that nobody has written from. */
  contactId: string | undefined;
}

interface Key {
  place: number;
  tenantId: string;
  contactId: string | null;
  namespace: string;
  value: string;
}

const keysOf = ({ tenantId, customer }: NamedCustomer, place: number): Key[] => {
  const { contactId, phone, email, externalId } = customer;
  const addresses = [
    { namespace: 'phone', value: phone },
    { namespace: 'email', value: email },
    // The address of a web chat whose page has proved the user.
    { namespace: 'web', value: externalId && `user:${externalId}` },
  ];
  return [
    { place, tenantId, contactId, namespace: '', value: contactId },
    ...addresses.map((address) => ({ place, tenantId, contactId: null, ...address })),
  ].filter(({ value }) => value !== '');
};

/**
 * Finds all addresses of customers: those of every contact that one of their keys leads to, and the number and the mail
 * address that the other system gives, though nobody may have written from them yet.
 *
 * @param tx where to read.
 * @param customers as other systems name them.
 * @returns the addresses of each, in the order of the customers.
 */
export async function findCustomerAddresses(
  tx: Queryable,
  customers: readonly NamedCustomer[],
): Promise<CustomerAddress[][]> {
  const keys = customers.flatMap(keysOf);
  const rows = await tx.query<{ place: number; contact_id: string; namespace: string; value: string }>({
    name: 'customer-addresses',
    text: `with found as (
        select k.place, k.tenant_id, coalesce(k.contact_id, a.contact_id) as contact_id
        from unnest($1::int[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])
          as k(place, tenant_id, contact_id, namespace, value)
        left join address a on k.contact_id is null and a.tenant_id = k.tenant_id and a.namespace = k.namespace
          and a.value = k.value
      )
      select distinct f.place, a.contact_id, a.namespace, a.value
      from found f join address a on a.tenant_id = f.tenant_id and a.contact_id = f.contact_id
      order by f.place, a.contact_id, a.namespace, a.value`,
    values: [
      keys.map((key) => key.place),
      keys.map((key) => key.tenantId),
      keys.map((key) => key.contactId),
      keys.map((key) => key.namespace),
      keys.map((key) => key.value),
    ],
  });
  const known = Map.groupBy(rows, (row) => row.place);
  return customers.map(({ customer }, place) => {
    const found = (known.get(place) ?? []).map(({ contact_id: contactId, namespace, value }) => ({
      ...{ namespace, value, contactId },
    }));
    return [...found, ...givenAddresses(customer).filter((given) => !found.some(isSame(given)))];
  });
}

const isSame = (a: CustomerAddress) => (b: CustomerAddress) =>
  a.namespace === b.namespace && a.value === b.value;

const givenAddresses = ({ phone, email }: CustomerKey): CustomerAddress[] =>
  [
    { namespace: 'phone', value: phone, contactId: undefined },
    { namespace: 'email', value: email, contactId: undefined },
  ].filter(({ value }) => value !== '');

const columnsOf = (addresses: readonly ReplyAddress[]): unknown[][] => [
  addresses.map((address) => address.tenantId),
  addresses.map((address) => address.channelId),
  addresses.map((address) => address.address),
];

/**
 * Reads when customers last wrote from addresses on channels, in a conversation that may be resolved.
 *
 * @param tx where to read.
 * @param addresses each once.
 * @returns the times, in the order of the addresses; undefined where nobody wrote.
 */
export async function readLastUses(
  tx: Queryable,
  addresses: readonly ReplyAddress[],
): Promise<(Date | undefined)[]> {
  const rows = await tx.query<{ place: string; occurred_at: Date }>({
    name: 'address-last-use',
    text: `select k.place, m.occurred_at
      from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality as k(tenant_id, channel_id, address, place)
      cross join lateral (select c.tenant_id, c.id from conversation c where c.tenant_id = k.tenant_id
        and c.channel_id = k.channel_id and c.address = k.address and c.inbound_count > 0 order by c.id desc limit 1) c
      cross join lateral (select m.occurred_at from message m where m.tenant_id = c.tenant_id
        and m.conversation_id = c.id and m.direction = $4 order by m.seq desc limit 1) m`,
    values: [...columnsOf(addresses), Direction.DIRECTION_INBOUND],
  });
  const times = new Map(rows.map((row) => [Number(row.place) - 1, row.occurred_at]));
  return addresses.map((_, index) => times.get(index));
}

/**
 * Reads where customers want no messages, to choose among addresses; whoever sends looks again under the conversation's
 * lock.
 *
 * @param tx where to read.
 * @param addresses each once.
 * @returns for each, whether its customer has opted out.
 */
export async function readOptOuts(tx: Queryable, addresses: readonly ReplyAddress[]): Promise<boolean[]> {
  const rows = await tx.query<{ place: string }>({
    name: 'address-opt-outs',
    text: `select k.place
      from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality as k(tenant_id, channel_id, address, place)
      join consent c on c.tenant_id = k.tenant_id and c.channel_id = k.channel_id and c.address = k.address
      where c.opted_out`,
    values: columnsOf(addresses),
  });
  const places = new Set(rows.map((row) => Number(row.place) - 1));
  return addresses.map((_, index) => places.has(index));
}
