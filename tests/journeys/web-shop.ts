import { DirectoryServiceService } from '@omnigate/contracts';
import { createWebVisitor, type WebVisitor } from '@omnigate/testkit';
import type { OpenedOmnigate } from './open-omnigate';
import { resource } from './sms-shop';

const visitorTimeoutMs = 25_000;

/** A shop's web chat. */
export interface WebShop {
  channelId: string;
  /** A new visitor; the caller connects it. */
  visitor(): WebVisitor;
}

/**
 * Applies a web chat channel.
 *
 * @param omnigate the running Omnigate.
 * @param options name, spec besides type and config, and the tenant.
 * @returns the channel.
 */
export async function openWebShop(
  omnigate: Pick<OpenedOmnigate, 'client' | 'httpUrl'>,
  options: { name?: string; spec?: Record<string, unknown>; tenant?: string } = {},
): Promise<WebShop> {
  const tenant = options.tenant ? { tenant: options.tenant } : {};
  const directory = omnigate.client(DirectoryServiceService, tenant);
  const spec = { type: 'web', config: {}, ...options.spec };
  const applied = await directory.applyResources({
    resources: [resource('Channel', options.name ?? 'shop-web', spec)],
  });
  const channelId = applied.resources[0]?.resource?.metadata?.id ?? '';
  return {
    channelId,
    visitor: () => createWebVisitor({ baseUrl: omnigate.httpUrl, channelId, timeoutMs: visitorTimeoutMs }),
  };
}
