import type { ResolvedChannel } from '@omnigate/contracts';

/** `spec.config` of a channel of this type; the directory has checked it. */
export interface WechatConfig {
  app_id: string;
  app_secret: string;
  token: string;
  /** Empty: pushes come in plain text. */
  encoding_aes_key: string;
  /** The account's own id (gh_…); empty: not checked. */
  original_id: string;
  /** Without a slash at the end. */
  api_base_url: string;
  /** The account may send customer-service messages. */
  customer_service: boolean;
}

/** WeChat's API. */
export const defaultApiBaseUrl = 'https://api.weixin.qq.com';

/** Reads a channel's configuration. */
export function wechatConfigOf(channel: ResolvedChannel): WechatConfig {
  const config = (channel.config ?? {}) as Partial<WechatConfig>;
  return {
    app_id: config.app_id ?? '',
    app_secret: config.app_secret ?? '',
    token: config.token ?? '',
    encoding_aes_key: config.encoding_aes_key ?? '',
    original_id: config.original_id ?? '',
    api_base_url: (config.api_base_url || defaultApiBaseUrl).replace(/\/+$/, ''),
    customer_service: config.customer_service ?? true,
  };
}
