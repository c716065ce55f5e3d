import { ChannelType } from '@omnigate/contracts';
import type { ChannelManifest } from './adapter';

/** A manifest as the directory keeps it. */
export function channelTypeOf(manifest: ChannelManifest): ChannelType {
  const { type, title, adapterService, configSchema, addressNamespace, capabilities, defaultMaxPerSecond } =
    manifest;
  const { replyRules = [] } = manifest;
  return ChannelType.fromPartial({
    type,
    title,
    adapterService,
    configSchema,
    addressNamespace,
    capabilities,
    defaultMaxPerSecond,
    replyRules,
  });
}
