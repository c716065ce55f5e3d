import { type TicketChanged, TicketEventKind } from '@omnigate/contracts';
import { maskPersonalData } from '@omnigate/runtime';
import type { Figure, Measure } from './figure';
import { type Sequence, takeOnce } from './sequence';
import { slotOf } from './slot';

/** What is known of a ticket, and all that its figures come from. */
export interface TicketFact extends Sequence {
  tenantId: string;
  id: string;
  /** Name of the customer's channel; empty where it came from none. */
  channel: string;
  /** Name of the TicketType. */
  type: string;
  /** Empty where the form has none. */
  building: string;
  createdAt: Date;
  /** When it was completed first. */
  completedAt: Date | null;
  escalatedAt: Date | null;
  ratedAt: Date | null;
  score: number;
}

/** A building is named in fewer characters; what is longer was no building. */
const longestBuilding = 64;

/**
 * A ticket of which nothing has been counted.
 *
 * @param change any of its changes.
 * @returns the fact, before the change.
 */
export function newTicketFact(change: TicketChanged): TicketFact {
  const { ticketId: id, tenantId, ticket, event } = change;
  return {
    ...{ tenantId, id, channel: '', type: '', building: '', last: 0, missing: [] },
    createdAt: ticket?.createTime ?? event?.createTime ?? new Date(0),
    ...{ completedAt: null, escalatedAt: null, ratedAt: null, score: 0 },
  };
}

/**
 * Takes a change into a fact.
 *
 * @param fact of the change's ticket; it is changed.
 * @param change what happened.
 * @returns false for a repeat, which changes nothing.
 */
export function takeTicketChange(fact: TicketFact, change: TicketChanged): boolean {
  const { event, ticket } = change;
  const newest = Number(event?.seq ?? 0) > fact.last;
  if (!takeOnce(fact, Number(event?.seq ?? 0))) return false;
  if (newest && ticket) {
    fact.channel = ticket.channel;
    fact.type = ticket.type;
    fact.building = maskPersonalData(ticket.building.trim()).slice(0, longestBuilding);
  }
  const at = event?.createTime ?? fact.createdAt;
  switch (event?.kind) {
    case TicketEventKind.TICKET_EVENT_KIND_COMPLETED:
      fact.completedAt = earlier(fact.completedAt, at);
      break;
    case TicketEventKind.TICKET_EVENT_KIND_ESCALATED:
      fact.escalatedAt = earlier(fact.escalatedAt, at);
      break;
    case TicketEventKind.TICKET_EVENT_KIND_RATED:
      if (fact.ratedAt && fact.ratedAt > at) break;
      fact.ratedAt = at;
      fact.score = ticket?.rating ?? 0;
      break;
    default:
  }
  return true;
}

const earlier = (known: Date | null, at: Date): Date => (known && known <= at ? known : at);

/** A type's name has no such character. */
const separator = '|';

/**
 * What a ticket counts for.
 *
 * @param fact what is known of it.
 * @returns its part of the figures.
 */
export function ticketFigures(fact: TicketFact): Figure[] {
  const { tenantId, channel } = fact;
  const place = `${fact.type}${separator}${fact.building}`;
  const figures: Figure[] = [];
  const count = (at: Date | null, measure: Measure, label: string): void => {
    if (at) figures.push({ tenantId, slot: slotOf(at), channel, measure, label, count: 1 });
  };
  count(fact.createdAt, 'ticket_created', place);
  count(fact.completedAt, 'ticket_completed', place);
  count(fact.escalatedAt, 'ticket_escalated', place);
  count(fact.ratedAt, 'ticket_rating', String(fact.score));
  return figures;
}

/**
 * Reads the label of a ticket's figure.
 *
 * @param label as `ticketFigures` wrote it.
 * @returns the type and building.
 */
export function placeOf(label: string): { type: string; building: string } {
  const at = label.indexOf(separator);
  return { type: label.slice(0, at), building: label.slice(at + 1) };
}
