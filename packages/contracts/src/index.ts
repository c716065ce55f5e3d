export { descriptorSet } from './descriptors';
export { type Encoder, encodeMessage } from './encode';
export { Any } from './gen/google/protobuf/any';
export { BadRequest, ErrorInfo, RetryInfo } from './gen/google/rpc/error_details';
export { Status as RpcStatus } from './gen/google/rpc/status';
// Whole files: every message, enum and service definition of the protos is part of the contract.
export * from './gen/omnigate/analytics/v1/analytics_service';
export * from './gen/omnigate/bot/v1/bot_service';
export * from './gen/omnigate/contact/v1/contact_service';
export * from './gen/omnigate/conversation/v1/conversation';
export * from './gen/omnigate/conversation/v1/conversation_service';
export * from './gen/omnigate/delivery/v1/delivery_service';
export * from './gen/omnigate/directory/v1/directory_service';
export * from './gen/omnigate/directory/v1/registry_service';
export * from './gen/omnigate/integration/v1/integration_service';
export * from './gen/omnigate/knowledge/v1/knowledge_service';
export * from './gen/omnigate/media/v1/media';
export * from './gen/omnigate/message/v1/content';
export * from './gen/omnigate/message/v1/message';
export * from './gen/omnigate/operations/v1/operations_service';
export * from './gen/omnigate/routing/v1/routing_service';
export * from './gen/omnigate/ticket/v1/ticket';
export * from './gen/omnigate/ticket/v1/ticket_service';
export { messageKey, resourceKey } from './keys';
export {
  adapterServices,
  deadLetterTopic,
  retryTopic,
  type TopicRow,
  topicRow,
  topics,
  topicTable,
} from './topics';
