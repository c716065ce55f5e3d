import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from '@omnigate/contracts';
import { parseAllDocuments } from 'yaml';
import { isLoopbackUrl } from './loopback-url';

const people = (publicUrl: string): Resource[] => [
  {
    kind: 'Agent',
    metadata: { name: 'demo-agent', id: '' },
    spec: { display_name: '客服小助手 / Support', teams: ['default'] },
    status: undefined,
  },
  {
    kind: 'Channel',
    metadata: { name: 'demo-web', id: '' },
    spec: {
      type: 'web',
      config: { allowed_origins: [new URL(publicUrl).origin], title: 'Omnigate Demo', locale: 'zh-CN' },
    },
    status: undefined,
  },
];

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** What the demo plays: a WeChat account, and an order system that knows its customers. */
const played = (publicUrl: string): Resource[] => [
  {
    kind: 'Channel',
    metadata: { name: 'demo-wechat', id: '' },
    spec: {
      type: 'wechat-official',
      config: {
        app_id: `wxdemo${hex(6)}`,
        app_secret: hex(16),
        token: hex(12),
        encoding_aes_key: randomBytes(32).toString('base64').slice(0, 43),
        original_id: `gh_demo${hex(4)}`,
        api_base_url: `${publicUrl}/demo/providers/wechat`,
      },
    },
    status: undefined,
  },
  {
    kind: 'Connector',
    metadata: { name: 'demo-orders', id: '' },
    spec: {
      base_url: `${publicUrl}/demo/providers/orders`,
      headers: { authorization: 'Bearer demo-order-token' },
      lookups: [
        {
          name: 'orders',
          path: '/orders?openid={wechat_openid}',
          items: '/data/orders',
          fields: {
            order_no: '/id',
            status_zh: '/state/zh',
            status_en: '/state/en',
            carrier: '/parcel/carrier',
            tracking_no: '/parcel/number',
            updated: '/updated',
          },
        },
        {
          name: 'fees',
          path: '/bills?openid={wechat_openid}',
          items: '/bills',
          fields: { fee_zh: '/title/zh', fee_en: '/title/en', amount: '/amount', due_date: '/due' },
        },
      ],
    },
    status: undefined,
  },
];

function documentsOf(folder: string): Resource[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  return files
    .flatMap((name) =>
      parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map(
        (document) => document.toJS() as Resource | null,
      ),
    )
    .filter((resource) => resource !== null);
}

/** What the demo needs. */
export interface DemoOptions {
  /** Path of the data folder, which remembers that the demo was applied. */
  folder: string;
  /** Paths of the folders with the demo's documents: knowledge, ticket types, workers. */
  documents: readonly string[];
  publicUrl: string;
  /** Applies resources to tenant `default`. */
  apply(resources: Resource[]): Promise<unknown>;
  /** Takes a line for people. */
  onProgress(line: string): void;
}

/**
 * Applies the demo data: knowledge, tickets' types and workers, a web chat, a WeChat account, an order system and an
 * agent; at the first start alone, so that what the user deletes stays deleted.
 *
 * @param options where it goes.
 */
export async function applyDemoOnce(options: DemoOptions): Promise<void> {
  const marker = join(options.folder, 'demo-applied');
  if (existsSync(marker)) return;
  const { publicUrl } = options;
  const resources = [
    ...people(publicUrl),
    // Whoever reaches this machine from elsewhere is shown none of it.
    ...(isLoopbackUrl(publicUrl) ? played(publicUrl) : []),
    ...options.documents.flatMap(documentsOf),
  ];
  options.onProgress(`Writing the demo: ${resources.length} resources`);
  await options.apply(resources);
  writeFileSync(marker, '');
}
