import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a page of the shop says to the widget. */
export interface WidgetTag {
  /** Address of the widget's script. */
  src: string;
  /** The other attributes, without `data-`. */
  data?: Record<string, string>;
}

/** The shop's own server, apart from Omnigate's. */
export interface ShopSite {
  origin: string;
  /** Address of a page with the widget on it. */
  page(tag: WidgetTag): string;
  close(): Promise<void>;
}

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

function render({ src, data = {} }: WidgetTag): string {
  const attributes = Object.entries(data).map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>A shop</title><link rel="icon" href="data:,"></head><body style="font:16px sans-serif;margin:40px"><h1>A shop</h1><p>Everything for the home.</p>
<script src="${escapeHtml(src)}"${attributes.join('')} async></script></body></html>`;
}

/** Opens the shop's server on a free port; the caller closes it. */
export async function openShopSite(): Promise<ShopSite> {
  const server = createServer((request, response) => {
    const tag = new URL(request.url ?? '/', 'http://shop').searchParams.get('tag') ?? '{}';
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(render(JSON.parse(tag) as WidgetTag));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    page: (tag) => `${origin}/?tag=${encodeURIComponent(JSON.stringify(tag))}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
