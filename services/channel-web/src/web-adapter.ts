import type { ChannelAdapter, SendRequest } from '@omnigate/channel-kit';
import { PartyRole } from '@omnigate/contracts';
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

function eventOf({ messageId, channel, address, sender, content, attachments }: SendRequest): NewEvent {
  return {
    tenantId: channel.tenantId,
    channelId: channel.id,
    address,
    id: messageId,
    cid: null,
    role: roles[sender.role] ?? 'system',
    name: sender.name,
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
        await mailboxes.append({ event: eventOf(request) });
      } catch (error) {
        return { kind: 'retry', code: error instanceof AppError ? error.code : 'INTERNAL' };
      }
      return { kind: 'sent', providerMessageId: request.messageId };
    },
  };
}
