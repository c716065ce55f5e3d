import { type Ticket, TicketServiceService, TicketState } from '@omnigate/contracts';
import { column, enumColumn, timeColumn } from '../output/cells';
import { enumFilter } from './enum-filter';
import { allPages, type Listing } from './listing';

async function* listTickets(...[server, query]: Parameters<Listing['list']>): AsyncGenerator<Ticket> {
  const service = server.client(TicketServiceService);
  const filter = {
    state: enumFilter('state', query.state, { values: TicketState, prefix: 'TICKET_STATE_' }),
    type: query.type ?? '',
    worker: query.worker ?? '',
    conversationId: query.conversation ?? '',
  };
  yield* allPages(async (page) => {
    const { tickets, nextPageToken } = await service.listTickets({ ...filter, ...page });
    return { items: tickets, nextPageToken };
  });
}

/** Lists of work for somebody outside the chat. */
export const ticketListings: readonly Listing[] = [
  {
    aliases: [],
    title: 'tickets',
    message: 'omnigate.ticket.v1.Ticket',
    nameIs: 'NUMBER',
    filters: ['state', 'type', 'worker', 'conversation'],
    columns: [
      column('NUMBER', 'number'),
      column('TYPE', 'type'),
      enumColumn('STATE', 'state', 'TICKET_STATE_'),
      column('WORKER', 'worker'),
      column('BUILDING', 'building'),
      column('SUMMARY', 'summary'),
      timeColumn('DUE', 'due_time'),
      { title: 'RATING', cell: ({ rating }) => (rating ? String(rating) : '') },
      timeColumn('UPDATED', 'update_time'),
    ],
    list: listTickets,
    one: {
      message: 'omnigate.ticket.v1.GetTicketResponse',
      read: (server, ticketId) => server.client(TicketServiceService).getTicket({ ticketId }),
      rowMember: 'ticket',
      partsMember: 'events',
      partColumns: [
        column('SEQ', 'seq'),
        timeColumn('TIME', 'create_time'),
        enumColumn('WHAT', 'kind', 'TICKET_EVENT_KIND_'),
        column('WHO', 'actor'),
        column('NOTE', 'note'),
      ],
    },
  },
];
