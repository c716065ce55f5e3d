import type { ResolvedChannel } from '@omnigate/contracts';
import { AppError, toAppError, toHttpError } from '@omnigate/errors';
import type { Logger } from '@omnigate/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maxFrameBytes } from '../domain/client-frame';
import type { Visits } from '../visits';
import { type MessageRouteDeps, registerMessageRoutes } from './message-routes';
import { registerSessionRoute, type SessionRouteDeps } from './session-route';
import { registerUploadRoute, type UploadRouteDeps } from './upload-route';
import { registerWidgetRoute, type WidgetRouteDeps } from './widget-route';

declare module 'fastify' {
  interface FastifyRequest {
    /** The web channel of the path; set by the hook of these routes. */
    webChannel: ResolvedChannel;
  }
}

/** What the routes below `/chat` need. */
export interface ChatRouteDeps extends SessionRouteDeps, MessageRouteDeps, UploadRouteDeps, WidgetRouteDeps {
  visits: Visits;
  logger: Logger;
}

/** What every request below `/chat/{channel_id}` has in its path. */
export interface ChannelParams {
  channelId: string;
}

const preflightSeconds = '7200';

function allowOrigin(reply: FastifyReply, origin: string): void {
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'retry-after',
    vary: 'origin',
  });
}

/** Finds the channel, refuses pages that may not, and tells browsers of the others that they may. */
async function admitPage(request: FastifyRequest, reply: FastifyReply, visits: Visits): Promise<void> {
  const { channelId } = request.params as ChannelParams;
  request.webChannel = await visits.channel(channelId);
  const { origin } = request.headers;
  visits.checkOrigin(request.webChannel, origin);
  if (origin) allowOrigin(reply, origin);
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const { status, headers, body } = toHttpError(error);
  if (status >= 500)
    logger.error({ err: toAppError(error), route: request.routeOptions.url }, 'chat request failed');
  const { code, message, fields } = body;
  void reply.status(status).headers(headers).send({ error: { code, message, fields } });
}

/** JSON bodies alone, whatever the server above parses; an empty body is an empty object. */
function parseJsonOnly(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: maxFrameBytes },
    (_request, body, done) => {
      try {
        done(null, body === '' ? {} : JSON.parse(body.toString()));
      } catch {
        done(new AppError('PAYLOAD_MALFORMED'));
      }
    },
  );
}

/** Adds everything below `/chat` but the sockets. */
export function registerChatRoutes(server: FastifyInstance, deps: ChatRouteDeps): void {
  server.register(async (chat: FastifyInstance) => {
    parseJsonOnly(chat);
    chat.decorateRequest('webChannel', null as unknown as ResolvedChannel);
    chat.setErrorHandler((error, request, reply) => answerError(error, request, reply, deps.logger));
    chat.addHook('onSend', async (_request, reply) => {
      reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer');
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    });
    registerWidgetRoute(chat, deps);
    chat.register(async (pages: FastifyInstance) => {
      pages.addHook('onRequest', (request, reply) => admitPage(request, reply, deps.visits));
      registerSessionRoute(pages, deps);
      registerMessageRoutes(pages, deps);
      registerUploadRoute(pages, deps);
      for (const url of [
        '/chat/:channelId/sessions',
        '/chat/:channelId/messages',
        '/chat/:channelId/files',
      ]) {
        pages.options(url, async (_request, reply) => {
          reply.headers({
            'access-control-allow-methods': 'GET, POST',
            'access-control-allow-headers': 'authorization, content-type, idempotency-key, x-file-name',
            'access-control-max-age': preflightSeconds,
          });
          return reply.status(204).send();
        });
      }
      pages.get('/chat/:channelId', async (_request, reply) =>
        reply
          .status(426)
          .header('upgrade', 'websocket')
          .send({
            error: {
              code: 'FAILED_PRECONDITION',
              message:
                'This is the WebSocket address; see /sessions, /messages and /files below it for HTTP.',
            },
          }),
      );
    });
  });
}
