import type { ChannelAdapter } from '@omnigate/channel-kit';
import { type ReceptionDeps, receive } from './holds/reception';
import { wechatManifest } from './manifest';
import { fetchMedia } from './outbound/fetch-media';
import { type SendDeps, sendMessage } from './outbound/send';
import { receivePush } from './receive';

/** What the channel stands on. */
export interface WechatAdapterDeps extends SendDeps {
  /** Unix time in ms. */
  now(): number;
  /** How pushes are kept and held; without, they are taken in the common way and answered at once. */
  reception?: ReceptionDeps;
}

/** Makes the channel `wechat-official` towards channel-kit. */
export function createWechatAdapter(deps: WechatAdapterDeps): ChannelAdapter {
  return {
    manifest: wechatManifest,
    receive(request, channel) {
      const received = receivePush(request, channel, deps.now());
      const { message, response } = received;
      const receipt = { response, messages: message ? [message] : [], statuses: [] };
      if (!message || !deps.reception) return receipt;
      return { ...receipt, ...receive(deps.reception, request, channel, { ...received, message }) };
    },
    send: (request, http) => sendMessage(deps, request, http),
    fetchMedia: (media, channel, http) => fetchMedia(deps.callApi, { media, channel }, http),
  };
}
