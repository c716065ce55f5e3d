import {
  type Content,
  type Media,
  Media as MediaCodec,
  type Notice,
  Notice as NoticeCodec,
  TicketRequested,
  topics,
} from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { type Bed, customer } from './bed';
import type { TestTenant } from './directory';

/** A menu of a ticket: labels by verb. */
export function ticketMenu(ticketId: string, body: string, verbs: Record<string, string>): Content {
  const options = Object.entries(verbs).map(([verb, label]) => ({ id: `ticket:${ticketId}:${verb}`, label }));
  return { kind: { $case: 'menu', value: { body, options } } };
}

/** A text. */
export const textOf = (body: string): Content => ({ kind: { $case: 'text', value: { body } } });

/** A choice of a menu. */
export const choiceOf = (id: string, label = ''): Content => ({
  kind: { $case: 'menuChoice', value: { id, label } },
});

/** A file that is still the provider's. */
export const fileOf = (name: string, more: Partial<Media> = {}): Media =>
  MediaCodec.fromPartial({
    providerUrl: `https://files.example/${name}`,
    contentType: 'image/jpeg',
    fileName: name,
    ...more,
  });

/** A picture. */
export const pictureOf = (media: Media): Content => ({ kind: { $case: 'image', value: media } });

/** A notice to a tenant's customer, by address. */
export const noticeTo = ({ channel }: TestTenant, more: Partial<Notice>): Notice =>
  NoticeCodec.fromPartial({
    noticeId: newId(),
    channel: { type: channel.type, id: channel.id },
    address: customer,
    ...more,
  });

/** What is asked of the ticket service on a bed's bus, from now on. */
export async function followRequests(bed: Bed) {
  const all: TicketRequested[] = [];
  const follower = bed.bus.follow({
    topics: [topics.ticketRequested],
    handle: (records) => void all.push(...records.map((record) => TicketRequested.decode(record.value))),
  });
  await follower.ready;
  return {
    /** The next requests of a tenant, once there are so many of them. */
    async of({ tenantId }: TestTenant, count: number): Promise<TicketRequested[]> {
      const own = () => all.filter((request) => request.tenantId === tenantId);
      while (own().length < count) await new Promise(setImmediate);
      return own();
    },
    /** All that are there once everything that was published before has come. */
    async settled(tenant: TestTenant): Promise<TicketRequested[]> {
      const mark = newId();
      const value = TicketRequested.encode(TicketRequested.fromPartial({ requestId: mark })).finish();
      await bed.database.transaction({ tenants: [tenant.tenantId] }, async (tx) =>
        bed.bus.publish(tx, [
          {
            topic: topics.ticketRequested,
            key: mark,
            value,
            eventId: mark,
            type: '',
            tenantId: tenant.tenantId,
          },
        ]),
      );
      while (!all.some(({ requestId }) => requestId === mark)) await new Promise(setImmediate);
      return all.filter((request) => request.tenantId === tenant.tenantId);
    },
    stop: () => follower.stop(),
  };
}
