import type { MediaLinks, MediaStore } from '@omnigate/media';
import { servingHeaders } from '@omnigate/media';
import type { FastifyInstance } from 'fastify';

/** What serving files needs. */
export interface MediaRouteDeps {
  media: MediaStore;
  mediaLinks: MediaLinks;
}

/** Adds `GET /media/…`: whoever has a signed link gets the file until it expires. */
export function registerMediaRoute(server: FastifyInstance, { media, mediaLinks }: MediaRouteDeps): void {
  server.get('/media/*', async (request, reply) => {
    const ref = mediaLinks.verify(request.raw.url ?? '');
    const file = ref && (await media.get(ref.tenantId, ref.mediaId));
    if (!file) return reply.status(404).send({ error: 'the link has expired, or there is no such file' });
    return reply.headers(servingHeaders(file)).send(file.open());
  });
}
