import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { ResolvedChannel } from '@omnigate/contracts';
import type { FastifyInstance } from 'fastify';
import { webConfigOf } from '../manifest';
import type { Visits } from '../visits';
import type { ChannelParams } from './chat-routes';

/** What the widget's route needs. */
export interface WidgetRouteDeps {
  visits: Visits;
  /** The bundle's text; default: dist/widget.js of this package. */
  widgetBundle?: string;
}

interface Served {
  etag: string;
  plain: Buffer;
  gzip: Buffer;
  br: Buffer;
}

const maxServed = 200;
const bundlePaths = [join(__dirname, '..', 'widget.js'), join(__dirname, '..', '..', 'dist', 'widget.js')];

function readBundle(): string {
  for (const path of bundlePaths) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // The next place: this file runs from dist, and from src in tests.
    }
  }
  throw new Error('dist/widget.js is missing: run `npm run build`');
}

/** The bundle with the channel's title and locale. `<` is escaped, should somebody inline it into a page. */
function render(bundle: string, config: { title: string; locale: string }): Served {
  const literal = JSON.stringify(config).replaceAll('<', '\\u003c');
  const plain = Buffer.from(`{const WIDGET_CONFIG=${literal};${bundle}}`);
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { etag, plain, gzip: gzipSync(plain, { level: 9 }), br: brotliCompressSync(plain) };
}

const encodingOf = (accepted: string): 'br' | 'gzip' | undefined =>
  (['br', 'gzip'] as const).find((name) =>
    new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accepted),
  );

/** Adds `GET /chat/{channel_id}/widget.js`: small, compressed once, and asked for again only when it changed. */
export function registerWidgetRoute(
  server: FastifyInstance,
  { visits, widgetBundle }: WidgetRouteDeps,
): void {
  const served = new Map<string, Served>();
  let bundle = widgetBundle;

  function widgetOf(channel: ResolvedChannel): Served {
    const { title, locale } = webConfigOf(channel);
    const key = JSON.stringify([title, locale]);
    let found = served.get(key);
    if (found) return found;
    bundle ??= readBundle();
    found = render(bundle, { title, locale });
    if (served.size >= maxServed) served.delete(served.keys().next().value as string);
    served.set(key, found);
    return found;
  }

  server.get<{ Params: ChannelParams }>('/chat/:channelId/widget.js', async (request, reply) => {
    const widget = widgetOf(await visits.channel(request.params.channelId));
    reply.headers({
      etag: widget.etag,
      'cache-control': 'public, max-age=300, stale-while-revalidate=86400',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      vary: 'accept-encoding',
    });
    if (request.headers['if-none-match']?.includes(widget.etag)) return reply.status(304).send();
    const encoding = encodingOf(String(request.headers['accept-encoding'] ?? ''));
    if (encoding) reply.header('content-encoding', encoding);
    return reply.type('text/javascript; charset=utf-8').send(widget[encoding ?? 'plain']);
  });
}
