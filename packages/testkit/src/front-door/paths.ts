/** Groups of processes that the front door passes requests to. */
export const upstreams = [
  'webhooks',
  'web',
  'wechat',
  'demo',
  'operations',
  'directory',
  'routing',
  'bot',
  'ticket',
  'analytics',
  'integration',
] as const;

/** One of them. */
export type Upstream = (typeof upstreams)[number];

/** Where requests go whose path begins like that. */
export interface PathRow {
  /** A regular expression on the path as the client wrote it. */
  begins: string;
  upstream: Upstream;
}

/** HTTP by path; whatever else is asked for gets the answer of `operations`, which is 404 but for /livez, /readyz and /metrics. */
export const httpPaths: readonly PathRow[] = [
  { begins: '/webhooks/wechat-', upstream: 'wechat' },
  { begins: '/webhooks/', upstream: 'webhooks' },
  { begins: '/(chat|media)', upstream: 'web' },
  { begins: '/demo', upstream: 'demo' },
  { begins: '/', upstream: 'operations' },
];

/**
 * gRPC by the area in the service's name. Directory has the rest: reflection, health, and the answer to what nobody
 * serves.
 */
export const grpcPaths: readonly PathRow[] = [
  { begins: '/omnigate\\.(conversation|contact|routing|delivery)\\.v1\\.', upstream: 'routing' },
  { begins: '/omnigate\\.(bot|knowledge)\\.v1\\.', upstream: 'bot' },
  { begins: '/omnigate\\.ticket\\.v1\\.', upstream: 'ticket' },
  { begins: '/omnigate\\.analytics\\.v1\\.', upstream: 'analytics' },
  { begins: '/omnigate\\.integration\\.v1\\.', upstream: 'integration' },
  { begins: '/', upstream: 'directory' },
];
