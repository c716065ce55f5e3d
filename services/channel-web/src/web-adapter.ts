import type { ChannelAdapter, DirectSends } from '@omnigate/channel-kit';
import { type MessageSend, PartyRole } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';
import { validate } from 'uuid';
import { mailboxContentOf } from './domain/wire-content';
import type { Mailboxes } from './mailboxes';
import { webManifest } from './manifest';
import type { NewEvent, Role } from './store/event-log';

const roles: Partial<Record<PartyRole, Role>> = {
  [PartyRole.PARTY_ROLE_BOT]: 'bot',
  [PartyRole.PARTY_ROLE_AGENT]: 'agent',
};

/** A visitor's id, or a signed-in user. */
const isAddress = (address: string) => validate(address) || /^user:./.test(address);

type Sent = Pick<MessageSend, 'messageId' | 'address' | 'sender' | 'content' | 'attachments'>;

function eventOf(tenantId: string, channelId: string, sent: Sent): NewEvent {
  const { messageId, address, sender, content, attachments } = sent;
  return {
    ...{ tenantId, channelId, address },
    id: messageId,
    cid: null,
    role: (sender && roles[sender.role]) ?? 'system',
    name: sender?.name ?? '',
    content: mailboxContentOf(content, attachments),
  };
}

/**
 * The channel `web` towards channel-kit: to send is to put the message into the visitor's mailbox, where it waits for
 * their page however long they are away. The message's id makes a repeat harmless, so no failure leaves a send unknown.
 */
export function createWebAdapter(mailboxes: Mailboxes): ChannelAdapter {
  return {
    manifest: webManifest,
    receive() {
      // Visitors come through /chat; nobody may call this channel's webhook.
      throw new AppError('SIGNATURE_INVALID');
    },
    async send(request) {
      if (!isAddress(request.address)) return { kind: 'permanent', code: 'MESSAGE_INVALID' };
      try {
        await mailboxes.append({ event: eventOf(request.channel.tenantId, request.channel.id, request) });
      } catch (error) {
        return { kind: 'retry', code: error instanceof AppError ? error.code : 'INTERNAL' };
      }
      return { kind: 'sent', providerMessageId: request.messageId };
    },
  };
}

/**
 * The same, as part of the transaction that stores the message. A channel whose rate its owner has set, and one that is not
 * known here yet, goes by the sender.
 */
export function createDirectSends(o: {
  mailboxes: Pick<Mailboxes, 'appendWithin'>;
  directory: Pick<DirectoryCache, 'peekChannel'>;
}): DirectSends {
  return {
    takes({ channel, address, content }) {
      const known = o.directory.peekChannel(channel?.id ?? '');
      const unlimited = known && known.maxPerSecond >= webManifest.defaultMaxPerSecond;
      return unlimited === true && content !== undefined && isAddress(address);
    },
    send: (tx, sends) =>
      o.mailboxes.appendWithin(
        tx,
        sends.map((send) => eventOf(send.tenantId, send.channel?.id ?? '', send)),
      ),
  };
}
