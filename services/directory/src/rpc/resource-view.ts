import type { ChannelType, ReplyRule, Resource } from '@omnigate/contracts';
import { type JsonObject, maskedSecret, type StoredResource } from '../domain/resource';
import { withSecrets } from '../domain/secret-fields';

/** What views need beside the resource. */
export interface ViewContext {
  publicUrl: string;
  channelTypes: ReadonlyMap<string, ChannelType>;
}

/** Where the outside reaches a channel, by its adapter service. */
const addressesOf = ({ id, spec }: StoredResource, { publicUrl, channelTypes }: ViewContext): JsonObject => {
  const channelType = channelTypes.get(String(spec.type));
  if (channelType?.adapterService === 'channel-web')
    return { chat_url: `${publicUrl}/chat/${id}`, widget_url: `${publicUrl}/chat/${id}/widget.js` };
  if (channelType?.adapterService === 'channel-email') return {};
  return { webhook_url: `${publicUrl}/webhooks/${spec.type}/${id}` };
};

const channelStatus = (resource: StoredResource, context: ViewContext): JsonObject => {
  const channelType = context.channelTypes.get(String(resource.spec.type));
  const maxPerSecond = resource.spec.max_per_second ?? channelType?.defaultMaxPerSecond;
  return {
    ...addressesOf(resource, context),
    ...(maxPerSecond !== undefined && { max_per_second: maxPerSecond }),
  };
};

const viewSpec = ({ kind, spec, secrets }: StoredResource): JsonObject => {
  if (kind === 'ApiKey') return { ...spec, key: maskedSecret };
  const masks = Object.keys(secrets).map((path): [string, string] => [path, maskedSecret]);
  if (masks.length === 0) return spec;
  if (kind !== 'Channel') return withSecrets(spec, masks);
  return { ...spec, config: withSecrets(spec.config as JsonObject, masks) };
};

/**
 * Shows a resource as clients see it: secrets masked, with its status.
 *
 * @param resource as stored
 * @param context what its status needs
 * @param madeKey an ApiKey's key that was made just now
 * @returns the resource
 */
export function viewResource(resource: StoredResource, context: ViewContext, madeKey?: string): Resource {
  const { kind, name, id } = resource;
  const status: JsonObject = {
    ...(id !== '' && { id }),
    ...(kind === 'Channel' && channelStatus(resource, context)),
    ...(madeKey !== undefined && { key: madeKey }),
    ...(resource.revision > 0n && {
      create_time: resource.createTime.toISOString(),
      update_time: resource.updateTime.toISOString(),
    }),
  };
  return { kind, metadata: { name, id }, spec: viewSpec(resource), status };
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const viewReplyRule = ({ after, windowSeconds, maxMessages }: ReplyRule): JsonObject => ({
  after,
  window_seconds: windowSeconds,
  ...(maxMessages > 0 && { max_messages: maxMessages }),
});

/**
 * Shows a channel type as a resource of kind ChannelType.
 *
 * @param channelType its manifest
 * @returns the resource; it has no id
 */
export function viewChannelType(channelType: ChannelType): Resource {
  const { type, title, adapterService, configSchema, addressNamespace, defaultMaxPerSecond, capabilities } =
    channelType;
  const shown = Object.entries(capabilities ?? {}).filter(([name]) => !name.startsWith('_'));
  const spec = {
    title,
    adapter_service: adapterService,
    address_namespace: addressNamespace,
    default_max_per_second: defaultMaxPerSecond,
    capabilities: Object.fromEntries(shown.map(([name, value]) => [snakeCase(name), value])),
    ...(channelType.replyRules.length > 0 && { reply_rules: channelType.replyRules.map(viewReplyRule) }),
    config_schema: configSchema ?? {},
  };
  return { kind: 'ChannelType', metadata: { name: type, id: '' }, spec, status: {} };
}
