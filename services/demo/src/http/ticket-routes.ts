import { Media, type Ticket, type TicketServiceService, ticketStateToJSON } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import type { MediaLinks, MediaStore } from '@omnigate/media';
import type { Client } from '@omnigate/rpc';
import { newId } from '@omnigate/runtime';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { workerNames } from '../demo-names';
import type { DemoTenant } from '../demo-tenant';
import { type FormTexts, ticketDetails } from '../ticket-details';

/** What the worker's phone needs. */
export interface TicketRouteDeps {
  tenant: DemoTenant;
  tickets: Client<TicketServiceService>;
  /** Titles of ticket types and of what their forms ask. */
  formTexts: FormTexts;
  media: MediaStore;
  mediaLinks: MediaLinks;
}

const shownTickets = 20;
const linkMs = 3_600_000;
const maxPictureBytes = 10 * 1024 * 1024;
const completion = z.object({
  result: z.string().max(500),
  media_ids: z.array(z.uuid()).max(9),
});

type TicketRequest = { Params: { id: string } };

/** Adds what the worker's phone asks: tickets of the demo's workers, and their next steps. */
export function registerTicketRoutes(server: FastifyInstance, deps: TicketRouteDeps): void {
  const { tickets, tenant } = deps;

  async function ownTicket(id: string): Promise<{ tenantId: string; ticket: Ticket }> {
    const tenantId = await tenant.require();
    const { ticket } = await tickets.getTicket({ ticketId: id }, { tenantId });
    if (!ticket || !isOwn(ticket)) throw new AppError('NOT_FOUND', { resource: 'ticket' });
    return { tenantId, ticket };
  }
  const step = (id: string, worker: string) => ({ requestId: newId(), ticketId: id, worker });

  server.get('/demo/api/tickets', async () => {
    const tenantId = await tenant.require();
    const { tickets: all } = await tickets.listTickets({ pageSize: shownTickets }, { tenantId });
    const texts = await deps.formTexts(tenantId);
    const link = (media: Media) =>
      deps.mediaLinks.link(tenantId, media.thumbnailId || media.mediaId, new Date(Date.now() + linkMs));
    return { tickets: all.filter(isOwn).map((ticket) => phoneTicket(ticket, texts, link)) };
  });

  server.post<TicketRequest>('/demo/api/tickets/:id/accept', async ({ params }) => {
    const { tenantId, ticket } = await ownTicket(params.id);
    await tickets.acceptTicket(step(ticket.id, ticket.worker || workerNames[0]), { tenantId });
    return {};
  });

  server.post<TicketRequest>('/demo/api/tickets/:id/refuse', async ({ params }) => {
    const { tenantId, ticket } = await ownTicket(params.id);
    await tickets.refuseTicket({ ...step(ticket.id, ticket.worker), reason: '' }, { tenantId });
    return {};
  });

  server.post<TicketRequest>('/demo/api/tickets/:id/complete', async ({ params, body }) => {
    const parsed = completion.safeParse(body);
    if (!parsed.success) throw new AppError('PAYLOAD_MALFORMED');
    const { tenantId, ticket } = await ownTicket(params.id);
    const media = parsed.data.media_ids.map((mediaId) =>
      Media.fromPartial({ mediaId, contentType: 'image/jpeg' }),
    );
    const request = { ...step(ticket.id, ticket.worker), result: parsed.data.result, media };
    await tickets.completeTicket(request, { tenantId });
    return {};
  });

  server.post('/demo/api/pictures', { bodyLimit: maxPictureBytes }, async ({ body }) => {
    if (!Buffer.isBuffer(body)) throw new AppError('PAYLOAD_MALFORMED');
    const { mediaId } = await deps.media.put(await tenant.require(), body, { maxBytes: maxPictureBytes });
    return { media_id: mediaId };
  });
}

/** Its worker is one of the demo's, or nobody yet has it. */
const isOwn = ({ worker }: Ticket): boolean => worker === '' || workerNames.some((name) => name === worker);

function phoneTicket(
  ticket: Ticket,
  texts: Awaited<ReturnType<FormTexts>>,
  link: (media: Media) => string,
): object {
  const { id, number, summary, worker, rating } = ticket;
  const { title, details } = ticketDetails(ticket, texts);
  return {
    id,
    number: String(number),
    state: ticketStateToJSON(ticket.state).replace('TICKET_STATE_', ''),
    type: title,
    summary,
    details,
    pictures: [...ticket.media, ...ticket.resultMedia].filter(({ mediaId }) => mediaId !== '').map(link),
    worker,
    rating,
  };
}
