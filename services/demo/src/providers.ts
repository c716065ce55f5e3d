import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';
import {
  createWechatSimulator,
  type DemoCustomer,
  demoCustomers,
  type OrderSystem,
  startOrderSystem,
  type WechatSimulator,
} from '@omnigate/simulators';
import { channelNames } from './demo-names';
import type { DemoTenant } from './demo-tenant';

/** What the demo plays: WeChat, and the order system of the business. */
export interface Providers {
  /** WeChat with the account of the demo's channel. @throws AppError NOT_FOUND where that channel was deleted. */
  wechat(): Promise<WechatSimulator>;
  orders(): Promise<OrderSystem>;
  /** Somebody uses the telephone for the first time: the order system knows the person from now on. */
  welcome(openId: string): void;
  stop(): Promise<void>;
}

/** What the demo's connector sends; it guards nothing but invented orders. */
export const orderToken = 'demo-order-token';

/**
 * Makes the providers; each starts when it is asked for the first time.
 *
 * @param deps where the demo's channel is known, and where its webhooks go.
 */
export function createProviders(deps: {
  directory: Pick<DirectoryCache, 'channelByName'>;
  tenant: DemoTenant;
  publicUrl: string;
}): Providers {
  let wechat: Promise<WechatSimulator> | undefined;
  let orders: Promise<OrderSystem> | undefined;
  const customers: DemoCustomer[] = [...demoCustomers];

  async function openWechat(): Promise<WechatSimulator> {
    const channel = await deps.directory.channelByName(await deps.tenant.require(), channelNames.wechat);
    if (!channel) throw new AppError('NOT_FOUND', { resource: `channel ${channelNames.wechat}` });
    const config = channel.config as Record<string, string>;
    return createWechatSimulator({
      webhookUrl: `${deps.publicUrl}/webhooks/${channel.type}/${channel.id}`,
      appId: config.app_id ?? '',
      appSecret: config.app_secret ?? '',
      token: config.token ?? '',
      encodingAesKey: config.encoding_aes_key ?? '',
      originalId: config.original_id ?? '',
    });
  }

  return {
    wechat() {
      wechat ??= openWechat().catch((error: unknown) => {
        wechat = undefined;
        throw error;
      });
      return wechat;
    },
    orders: () => (orders ??= startOrderSystem({ token: orderToken, customers })),
    welcome(openid) {
      if (customers.some((customer) => customer.openid === openid)) return;
      customers.push({
        openid,
        orders: demoCustomers.flatMap((customer) => customer.orders),
        bills: demoCustomers.flatMap((customer) => customer.bills),
      });
    },
    async stop() {
      await (await wechat)?.stop();
      await (await orders)?.stop();
    },
  };
}
