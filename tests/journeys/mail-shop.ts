import { randomBytes } from 'node:crypto';
import { DirectoryServiceService, type Resource } from '@omnigate/contracts';
import {
  type CustomerMail,
  type MailAnswer,
  type MailAtProvider,
  type MailProvider,
  type MailProviderOptions,
  sendCustomerMail,
  startMailProvider,
} from '@omnigate/testkit';
import { eventually } from './eventually';
import type { OpenedOmnigate } from './open-omnigate';
import { resource } from './sms-shop';

/** A shop's mailbox, with the provider that takes its answers. */
export interface MailShop {
  channelId: string;
  address: string;
  provider: MailProvider;
  /** A customer writes to the shop. */
  write(mail: Omit<CustomerMail, 'to'>): Promise<MailAnswer>;
  /** Waits for so many mails to a customer. @returns them, oldest first */
  mailsTo(customer: string, count: number): Promise<MailAtProvider[]>;
}

/** How the channel and its provider are. */
export interface MailShopOptions {
  name?: string;
  spec?: Record<string, unknown>;
  provider?: MailProviderOptions;
  /** Applied before the channel. */
  resources?: Resource[];
}

/**
 * Applies an e-mail channel whose provider is on this machine.
 *
 * @param omnigate the running Omnigate.
 * @param options how they are.
 * @returns the channel and the provider; the caller stops the provider.
 */
export async function openMailShop(
  omnigate: Pick<OpenedOmnigate, 'client' | 'smtpPort'>,
  options: MailShopOptions = {},
): Promise<MailShop> {
  const name = options.name ?? 'shop-mail';
  // An address is one channel's alone, also where files share an Omnigate.
  const address = `${name}-${randomBytes(4).toString('hex')}@shop.example`;
  const provider = await startMailProvider(options.provider);
  const { user, password } = options.provider?.credentials ?? {};
  const channel = resource('Channel', name, {
    type: 'email',
    max_per_second: 10_000,
    config: {
      address,
      smtp: { host: provider.host, port: provider.port, ...(user ? { user, password } : {}) },
    },
    ...options.spec,
  });
  const directory = omnigate.client(DirectoryServiceService);
  const applied = await directory.applyResources({ resources: [...(options.resources ?? []), channel] });
  const status = applied.resources.at(-1)?.resource?.status as { id: string };
  const sentTo = (customer: string) => provider.mails.filter((mail) => mail.envelope.to.includes(customer));
  return {
    channelId: status.id,
    address,
    provider,
    write: (mail) => sendCustomerMail(omnigate.smtpPort, { ...mail, to: address }),
    async mailsTo(customer, count) {
      await eventually(() => sentTo(customer).length >= count, { what: `${count} mails to ${customer}` });
      return sentTo(customer);
    },
  };
}
