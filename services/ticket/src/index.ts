export { createTicket, type TicketDeps } from './app';
export { ticketSchema } from './schema';
