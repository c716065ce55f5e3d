import type { ChannelAdapter } from '@omnigate/channel-kit';
import { AppError } from '@omnigate/errors';

/**
 * A channel whose provider gives no message ids, as some do: what comes in is JSON `{from, text}` with the token of the
 * configuration in a header; what goes out is kept.
 *
 * @param sent takes what is sent.
 * @returns the adapter.
 */
export function createIdlessAdapter(sent: { to: string; text: string }[]): ChannelAdapter {
  return {
    manifest: {
      type: 'idless',
      title: 'No message ids',
      adapterService: 'channel-webhooks',
      configSchema: {
        type: 'object',
        properties: { token: { type: 'string', secret: true } },
        required: ['token'],
        additionalProperties: false,
      },
      addressNamespace: 'idless',
      capabilities: {
        maxTextCharacters: 1_000,
        menu: false,
        singleMessageTurn: false,
        providerMessageIds: false,
        deliveryReceipts: false,
        readReceipts: false,
        conversationEvents: false,
      },
      defaultMaxPerSecond: 1_000,
      secrets: ['token'],
      textLimit: { unit: 'characters', limit: 1_000 },
    },
    receive(request, channel) {
      if (request.headers['x-token'] !== channel.config?.token) throw new AppError('SIGNATURE_INVALID');
      const { from, text } = JSON.parse(request.rawBody.toString()) as { from: string; text: string };
      const content = { kind: { $case: 'text', value: { body: text } } } as const;
      return { response: { status: 200 }, messages: [{ address: from, content }], statuses: [] };
    },
    async send({ address, content, messageId }) {
      const text = content.kind?.$case === 'text' ? content.kind.value.body : '';
      sent.push({ to: address, text });
      return { kind: 'sent', providerMessageId: messageId };
    },
  };
}
