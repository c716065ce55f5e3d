import { type Media, TicketState } from '@omnigate/contracts';
import type { FormValues, Language } from '@omnigate/ticket-form';

/** Where a customer is told. */
export interface Customer {
  conversationId: string | null;
  contactId: string | null;
  /** null where nobody is to be told. */
  channelId: string | null;
  channelType: string;
  /** The channel's name. */
  channel: string;
  address: string;
  threadKey: string;
  language: Language;
}

/** A ticket's row. */
export interface Ticket extends Customer {
  tenantId: string;
  id: string;
  number: bigint;
  type: string;
  state: TicketState;
  summary: string;
  form: FormValues;
  media: Media[];
  building: string;
  /** Empty for none. */
  worker: string;
  /** Workers who said no since it was made or reopened. */
  refusedBy: string[];
  creator: string;
  dueAt: Date;
  escalatedAt: Date | null;
  /** When a completed one closes by itself. */
  closeAt: Date | null;
  result: string;
  resultMedia: Media[];
  /** 0 for none. */
  rating: number;
  ratingComment: string;
  reopenCount: number;
  seq: bigint;
  createdAt: Date;
  updatedAt: Date;
}

const { TICKET_STATE_OPEN, TICKET_STATE_ASSIGNED, TICKET_STATE_ACCEPTED, TICKET_STATE_COMPLETED } =
  TicketState;

/** States in which the work is still to be done. */
export const unfinishedStates: readonly TicketState[] = [
  TICKET_STATE_OPEN,
  TICKET_STATE_ASSIGNED,
  TICKET_STATE_ACCEPTED,
];

/**
 * Says when time alone changes a ticket: a late one is escalated once, a completed one closes.
 *
 * @param ticket the ticket
 * @returns when, or undefined
 */
export function nextDeadline(ticket: Ticket): Date | undefined {
  if (ticket.state === TICKET_STATE_COMPLETED) return ticket.closeAt ?? undefined;
  if (!unfinishedStates.includes(ticket.state) || ticket.escalatedAt) return undefined;
  return ticket.dueAt;
}

/** Milliseconds of an hour. */
export const hourMs = 3_600_000;
