export type {
  AnswerEnd,
  ChannelAdapter,
  ChannelManifest,
  HeldAnswer,
  InboundMessage,
  InboundRequest,
  ProviderAnswer,
  ProviderFile,
  ProviderStatus,
  Receipt,
  SendRequest,
  SendResult,
} from './adapter';
export type { AdapterServiceOptions } from './adapter-service';
export { type ChannelLog, type ChannelLogEvent, createChannelLog } from './channel-log';
export { createDeliveries, type Deliveries, type DeliveriesOptions } from './delivery/deliveries';
export { deliveryRank } from './delivery/delivery-rank';
export type { DirectSends } from './delivery/direct';
export type { HeldDeliveries, HeldKey, HeldTaker, Holding } from './delivery/held';
export { deliveryMigrations, deliveryUnscopedTables } from './delivery/schema';
export type { ClaimedDelivery } from './delivery/store';
export { type SmsSegments, smsSegments } from './gsm';
export { type Arrival, createIngest, type Ingest, inboundRecord } from './ingest';
export { channelTypeOf } from './manifest';
export {
  createMediaFetching,
  type MediaFetching,
  type MediaFetchingOptions,
} from './media/media-fetching';
export type { MediaHttp } from './media/media-http';
export { mediaFetchMigrations, mediaFetchUnscopedTables } from './media/schema';
export { plainText } from './plain-text';
export { jsonObject, retryAfterMs } from './provider-answer';
export {
  createProviderConnections,
  type ProviderConnections,
  type ProviderHttp,
  type ProviderRequest,
  type ProviderResponse,
  providerTimeoutMs,
} from './provider-http';
export { createRegistration, type Registration } from './registration';
export { splitText, type TextUnit, textLength } from './text-split';
export { registerWebhookRoutes, type WebhookRoutesOptions } from './webhook-routes';
