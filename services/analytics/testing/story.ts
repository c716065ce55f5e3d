import type { BusRecord } from '@omnigate/bus';
import {
  type Content,
  ConversationChanged,
  ConversationOwner,
  Direction,
  PartyRole,
  type Resolution,
  TicketChanged,
  TicketEventKind,
  topics,
} from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';

/** Something that happens, to be written down at a time. */
type Change = NonNullable<Parameters<typeof ConversationChanged.fromPartial>[0]['change']>;

interface Told {
  topic: string;
  key: string;
  tenantId: string;
  value: Uint8Array;
}

const recordOf = ({ topic, key, tenantId, value }: Told): BusRecord => ({
  ...{ topic, key, tenantId, partition: 0, offset: 0n, value: Buffer.from(value) },
  ...{ eventId: newId(), type: '', headers: {}, time: new Date() },
});

/** A conversation that is told, change after change; each method adds a record. */
export class ConversationStory {
  readonly id = newId();
  readonly records: BusRecord[] = [];
  private owner = ConversationOwner.CONVERSATION_OWNER_BOT;
  private openedAt: Date | undefined;

  constructor(
    private readonly tenantId: string,
    private readonly channel: string,
  ) {}

  opened(at: string): this {
    this.openedAt = new Date(at);
    return this.tell(at, { $case: 'opened', value: {} });
  }

  customer(at: string, text: string): this {
    return this.said(at, Direction.DIRECTION_INBOUND, PartyRole.PARTY_ROLE_CUSTOMER, text);
  }

  /** Something happens on the channel that nobody said, such as `subscribed`. */
  event(at: string, name: string): this {
    const content = { kind: { $case: 'event' as const, value: { name, detail: '' } } };
    return this.recorded(at, Direction.DIRECTION_INBOUND, PartyRole.PARTY_ROLE_CUSTOMER, content);
  }

  bot(at: string): this {
    return this.said(at, Direction.DIRECTION_OUTBOUND, PartyRole.PARTY_ROLE_BOT, 'answer');
  }

  agent(at: string): this {
    return this.said(at, Direction.DIRECTION_OUTBOUND, PartyRole.PARTY_ROLE_AGENT, 'answer');
  }

  system(at: string): this {
    return this.said(at, Direction.DIRECTION_OUTBOUND, PartyRole.PARTY_ROLE_SYSTEM, 'notice');
  }

  note(at: string): this {
    return this.said(at, Direction.DIRECTION_INTERNAL, PartyRole.PARTY_ROLE_AGENT, 'note');
  }

  handedOver(at: string, reason: string): this {
    return this.owned(at, ConversationOwner.CONVERSATION_OWNER_QUEUE, reason);
  }

  accepted(at: string): this {
    return this.owned(at, ConversationOwner.CONVERSATION_OWNER_AGENT, 'ACCEPTED');
  }

  resolved(at: string, resolution: Resolution): this {
    return this.tell(at, { $case: 'resolved', value: { actor: 'somebody', resolution } });
  }

  rated(at: string, score: number): this {
    return this.tell(at, { $case: 'rated', value: { score, comment: '' } });
  }

  private owned(at: string, owner: ConversationOwner, reason: string): this {
    const previousOwner = this.owner;
    this.owner = owner;
    return this.tell(at, { $case: 'ownerChanged', value: { previousOwner, reason } });
  }

  private said(at: string, direction: Direction, role: PartyRole, body: string): this {
    return this.recorded(at, direction, role, { kind: { $case: 'text', value: { body } } });
  }

  private recorded(at: string, direction: Direction, role: PartyRole, content: Content): this {
    const message = { direction, sender: { role }, content };
    return this.tell(at, { $case: 'messageRecorded', value: { message } });
  }

  private tell(at: string, change: Change): this {
    const { id, tenantId, channel, owner } = this;
    const value = ConversationChanged.fromPartial({
      conversationId: id,
      tenantId,
      seq: BigInt(this.records.length + 1),
      occurredTime: new Date(at),
      conversation: { id, channel, owner, createTime: this.openedAt ?? new Date(at) },
      change,
    });
    const bytes = ConversationChanged.encode(value).finish();
    this.records.push(recordOf({ topic: topics.conversationChanged, key: id, tenantId, value: bytes }));
    return this;
  }
}

/** A ticket that is told, event after event. */
export class TicketStory {
  readonly id = newId();
  readonly records: BusRecord[] = [];
  private createTime: Date | undefined;
  private rating = 0;

  constructor(
    private readonly tenantId: string,
    private readonly form: { channel: string; type: string; building: string },
  ) {}

  created(at: string): this {
    this.createTime = new Date(at);
    return this.tell(at, TicketEventKind.TICKET_EVENT_KIND_CREATED);
  }

  completed(at: string): this {
    return this.tell(at, TicketEventKind.TICKET_EVENT_KIND_COMPLETED);
  }

  reopened(at: string): this {
    return this.tell(at, TicketEventKind.TICKET_EVENT_KIND_REOPENED);
  }

  escalated(at: string): this {
    return this.tell(at, TicketEventKind.TICKET_EVENT_KIND_ESCALATED);
  }

  rated(at: string, rating: number): this {
    this.rating = rating;
    return this.tell(at, TicketEventKind.TICKET_EVENT_KIND_RATED);
  }

  private tell(at: string, kind: TicketEventKind): this {
    const { id, tenantId, form, rating, createTime } = this;
    const value = TicketChanged.fromPartial({
      ticketId: id,
      tenantId,
      event: { seq: BigInt(this.records.length + 1), kind, createTime: new Date(at) },
      ticket: { id, ...form, rating, createTime: createTime ?? new Date(at) },
    });
    const bytes = TicketChanged.encode(value).finish();
    this.records.push(recordOf({ topic: topics.ticketChanged, key: id, tenantId, value: bytes }));
    return this;
  }
}
