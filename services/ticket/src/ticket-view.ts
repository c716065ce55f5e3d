import { Ticket as TicketMessage } from '@omnigate/contracts';
import type { Ticket } from './domain/ticket';

/**
 * Shows a ticket as the contract has it.
 *
 * @param ticket the row
 * @returns the message of the contract
 */
export function viewTicket(ticket: Ticket): TicketMessage {
  return TicketMessage.fromPartial({
    id: ticket.id,
    number: ticket.number,
    type: ticket.type,
    state: ticket.state,
    summary: ticket.summary,
    form: ticket.form,
    media: ticket.media,
    worker: ticket.worker,
    building: ticket.building,
    conversationId: ticket.conversationId ?? '',
    contactId: ticket.contactId ?? '',
    channel: ticket.channel,
    address: ticket.address,
    threadKey: ticket.threadKey,
    language: ticket.language,
    dueTime: ticket.dueAt,
    ...(ticket.escalatedAt && { escalateTime: ticket.escalatedAt }),
    resultMedia: ticket.resultMedia,
    result: ticket.result,
    rating: ticket.rating,
    ratingComment: ticket.ratingComment,
    reopenCount: ticket.reopenCount,
    seq: ticket.seq,
    createTime: ticket.createdAt,
    updateTime: ticket.updatedAt,
    creator: ticket.creator,
  });
}
