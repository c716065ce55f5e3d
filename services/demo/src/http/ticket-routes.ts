import { Media, type Ticket, type TicketServiceService, ticketStateToJSON } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import type { MediaLinks, MediaStore } from '@omnigate/media';
import type { Client } from '@omnigate/rpc';
import { newId } from '@omnigate/runtime';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { channelNames, workerNames } from '../demo-names';
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

/** Of the newest tickets; others' may be among them. */
const readTickets = 100;
const shownTickets = 20;
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
  async function storedPicture(tenantId: string, mediaId: string): Promise<Media> {
    const stored = await deps.media.get(tenantId, mediaId);
    if (!stored) throw new AppError('NOT_FOUND', { resource: 'picture' });
    return Media.fromPartial({ mediaId, contentType: stored.contentType });
  }
  const step = (id: string, worker: string) => ({ requestId: newId(), ticketId: id, worker });

  server.get('/demo/api/tickets', async () => {
    const tenantId = await tenant.require();
    const { tickets: all } = await tickets.listTickets({ pageSize: readTickets }, { tenantId });
    const texts = await deps.formTexts(tenantId);
    const link = (media: Media) => pagePath(deps.mediaLinks, tenantId, media);
    const own = all.filter(isOwn).slice(0, shownTickets);
    return { tickets: own.map((ticket) => phoneTicket(ticket, texts, link)) };
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
    const media = await Promise.all(parsed.data.media_ids.map((mediaId) => storedPicture(tenantId, mediaId)));
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

/** Its worker is one of the demo's; or nobody has it, and it came by a channel of the demo. */
const isOwn = ({ worker, channel }: Ticket): boolean =>
  worker === ''
    ? Object.values<string>(channelNames).includes(channel)
    : workerNames.some((name) => name === worker);

const linkMs = 3_600_000;

/** Below the page's own origin, which its policy asks for; the same for an hour, so that a look finds nothing changed. */
function pagePath(links: MediaLinks, tenantId: string, { thumbnailId, mediaId }: Media): string {
  const expiresAt = new Date((Math.ceil(Date.now() / linkMs) + 1) * linkMs);
  const { pathname, search } = new URL(links.link(tenantId, thumbnailId || mediaId, expiresAt));
  return `${pathname}${search}`;
}

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
