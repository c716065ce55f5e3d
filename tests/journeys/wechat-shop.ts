import type { DirectoryServiceService } from '@omnigate/contracts';
import type { Client } from '@omnigate/rpc';
import { createWechatSimulator, type WechatSimulator, type WechatSimulatorOptions } from '@omnigate/testkit';
import { resource } from './sms-shop';

/** More than WeChat's 5 s: a disk that stalls must not look like an account that does not answer. */
const attemptMs = 30_000;

/** A shop's Official Account with WeChat's simulator. */
export interface WechatShop {
  channelId: string;
  /** Where WeChat calls. */
  webhookUrl: string;
  wechat: WechatSimulator;
}

/** How the account and WeChat are. */
export interface WechatShopOptions {
  name?: string;
  spec?: Record<string, unknown>;
  config?: Record<string, unknown>;
  wechat?: Partial<WechatSimulatorOptions>;
}

/**
 * The channel of an Official Account.
 *
 * @param wechat the account, and where WeChat is.
 * @param config what its configuration has besides.
 * @returns its spec.
 */
export const officialAccount = (
  { account, url }: Pick<WechatSimulator, 'account' | 'url'>,
  config: Record<string, unknown> = {},
): Record<string, unknown> => ({
  type: 'wechat-official',
  max_per_second: 10_000,
  config: {
    app_id: account.appId,
    app_secret: account.appSecret,
    token: account.token,
    encoding_aes_key: account.encodingAesKey,
    original_id: account.originalId,
    api_base_url: url,
    ...config,
  },
});

/**
 * Applies an Official Account whose WeChat is a simulator that pushes to its webhook.
 *
 * @param directory where it is applied.
 * @param options how they are.
 * @returns the channel and the simulator; the caller stops the simulator.
 */
export async function openWechatShop(
  directory: Pick<Client<DirectoryServiceService>, 'applyResources'>,
  options: WechatShopOptions = {},
): Promise<WechatShop> {
  const name = options.name ?? 'shop-wechat';
  const token = `token-of-${name}`;
  const wechat = await createWechatSimulator({ token, attemptMs, ...options.wechat });
  const spec = { ...officialAccount(wechat, options.config), ...options.spec };
  const channel = resource('Channel', name, spec);
  const { resources } = await directory.applyResources({ resources: [channel] });
  const status = resources[0]?.resource?.status as { id: string; webhook_url: string };
  wechat.webhookUrl = status.webhook_url;
  return { channelId: status.id, webhookUrl: status.webhook_url, wechat };
}
