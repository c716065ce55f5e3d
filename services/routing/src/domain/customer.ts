import type { Customer, ResolvedChannel } from '@omnigate/contracts';

/** A user whose page has proved who it is, as the addresses of web chat say it; a visitor's is random. */
const provedUser = /^user:(.+)$/s;

/**
 * The customer of a conversation, as the bot may look one up in the business's own systems.
 *
 * @param conversation the contact and the address.
 * @param channel its channel; undefined when it was deleted.
 * @returns the message of the contract; the id in the business's systems only where it was proved.
 */
export function customerOf(
  conversation: { contactId: string; address: string },
  channel: ResolvedChannel | undefined,
): Customer {
  const { contactId, address } = conversation;
  const addressNamespace = channel?.channelType?.addressNamespace ?? '';
  const externalId = addressNamespace === 'web' ? (provedUser.exec(address)?.[1] ?? '') : '';
  return { contactId, channelType: channel?.type ?? '', address, addressNamespace, externalId };
}
