import { MessageSend, Party, PartyRole, type ResolvedChannel } from '@omnigate/contracts';
import { isAppError } from '@omnigate/errors';
import type { MediaLinks, MediaStore } from '@omnigate/media';
import { type Logger, traceFields, traceparentOf } from '@omnigate/runtime';
import type { ChannelAdapter, SendRequest, SendResult } from '../adapter';
import { type ProviderConnections, type ProviderHttp, providerTimeoutMs } from '../provider-http';
import { beginSendSpan, endSendSpan, tracedHttp } from './send-span';
import type { ClaimedDelivery } from './store';

/** How long a claim lasts beyond the request's time, in s. */
const claimSlackSeconds = 10;
/** How long a claim lasts, in s. */
export const claimSeconds = providerTimeoutMs / 1_000 + claimSlackSeconds;
// All of a send, its exchanges together, ends well before its claim.
const sendDeadlineMs = providerTimeoutMs + 5_000;
/** For which a provider may get a file: some do so when the customer opens the message. */
const linkMs = 24 * 3_600_000;

/** What a send needs. */
export interface Wire {
  adapters: ReadonlyMap<string, ChannelAdapter>;
  connections: ProviderConnections;
  publicUrl: string;
  media: MediaStore;
  mediaLinks: MediaLinks;
  logger: Logger;
}

/** Puts one claimed delivery on the wire, once. It never throws: what is thrown has a result too. */
export async function sendOnWire(
  wire: Wire,
  delivery: ClaimedDelivery,
  channel: ResolvedChannel | undefined,
): Promise<SendResult> {
  const adapter = channel && wire.adapters.get(channel.type);
  if (!channel) return { kind: 'permanent', code: 'CHANNEL_UNKNOWN' };
  if (!adapter) return { kind: 'permanent', code: 'CHANNEL_CONFIG' };
  const giveUp = new AbortController();
  const request = toRequest(wire, delivery, channel, giveUp.signal);
  if (!request) return { kind: 'permanent', code: 'MESSAGE_INVALID' };
  const span = beginSendSpan(delivery);
  const traceparent = traceparentOf(span);
  const provider = wire.connections.forChannel(channel);
  const result = await attempt(wire, adapter, request, {
    http: traceparent ? tracedHttp(provider, traceparent) : provider,
    giveUp,
    trace: traceFields(traceparent),
  });
  endSendSpan(span, result);
  return result;
}

async function attempt(
  wire: Wire,
  adapter: ChannelAdapter,
  request: SendRequest,
  o: { http: ProviderHttp; giveUp: AbortController; trace: ReturnType<typeof traceFields> },
): Promise<SendResult> {
  const exchanges = { written: false };
  const deadline = setTimeout(() => o.giveUp.abort(), sendDeadlineMs);
  try {
    return await adapter.send(request, watched(o.http, exchanges));
  } catch (error) {
    if (!isAppError(error))
      wire.logger.error({ err: error, message_id: request.messageId, ...o.trace }, 'adapter failed to send');
    return resultOfThrown(error, exchanges.written);
  } finally {
    clearTimeout(deadline);
  }
}

function toRequest(
  wire: Wire,
  delivery: ClaimedDelivery,
  channel: ResolvedChannel,
  signal: AbortSignal,
): SendRequest | undefined {
  const message = decode(delivery.payload);
  if (!message?.content) return undefined;
  const webhookUrl = `${wire.publicUrl}/webhooks/${channel.type}/${channel.id}`;
  return {
    messageId: delivery.messageId,
    channel,
    address: message.address,
    threadKey: message.threadKey,
    sender: message.sender ?? Party.fromPartial({ role: PartyRole.PARTY_ROLE_SYSTEM }),
    content: message.content,
    attachments: message.attachments,
    media: wire.media,
    mediaUrl: (mediaId) => wire.mediaLinks.link(channel.tenantId, mediaId, new Date(Date.now() + linkMs)),
    ...(message.replyTo ? { replyTo: message.replyTo } : {}),
    statusUrl: `${webhookUrl}/status?message_id=${delivery.messageId}`,
    signal,
  };
}

function decode(payload: Buffer | null): MessageSend | undefined {
  try {
    return payload ? MessageSend.decode(payload) : undefined;
  } catch {
    return undefined;
  }
}

/** Notes whether any exchange may have reached the provider. */
function watched(http: ProviderHttp, exchanges: { written: boolean }): ProviderHttp {
  return {
    request: async (request) => {
      try {
        const response = await http.request(request);
        exchanges.written = true;
        return response;
      } catch (error) {
        if (!isAppError(error, 'NOT_WRITTEN') && !isAppError(error, 'CHANNEL_CONFIG'))
          exchanges.written = true;
        throw error;
      }
    },
  };
}

function resultOfThrown(error: unknown, written: boolean): SendResult {
  if (isAppError(error, 'AMBIGUOUS') || written) return { kind: 'unknown', code: 'SEND_UNKNOWN' };
  if (isAppError(error, 'NOT_WRITTEN')) return { kind: 'retry', code: 'CONNECTION_FAILED' };
  if (isAppError(error)) return { kind: 'permanent', code: error.code };
  return { kind: 'permanent', code: 'INTERNAL' };
}
