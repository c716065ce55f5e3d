import { DirectoryServiceService, type Resource } from '@omnigate/contracts';
import {
  createTwilioSimulator,
  type LaunchedOmnigate,
  type TwilioSimulator,
  type TwilioSimulatorOptions,
} from '@omnigate/testkit';

/** A shop's SMS channel with its provider's simulator. */
export interface SmsShop {
  channelId: string;
  /** Where the provider calls. */
  webhookUrl: string;
  twilio: TwilioSimulator;
  number: string;
}

/** How the channel and its provider are. */
export interface SmsShopOptions {
  name?: string;
  spec?: Record<string, unknown>;
  tenant?: string;
  twilio?: Partial<TwilioSimulatorOptions>;
  /** Applied before the channel. */
  resources?: Resource[];
}

/**
 * A resource document.
 *
 * @param kind such as "Team".
 * @param name its name.
 * @param spec its spec.
 * @returns the document.
 */
export function resource(kind: string, name: string, spec: Record<string, unknown> = {}): Resource {
  return { kind, metadata: { name, id: '' }, spec, status: undefined };
}

/**
 * Applies an SMS channel whose provider is a simulator.
 *
 * @param omnigate the running Omnigate.
 * @param options how they are.
 * @returns the channel and the simulator; the caller stops the simulator.
 */
export async function openSmsShop(
  omnigate: Pick<LaunchedOmnigate, 'client'>,
  options: SmsShopOptions = {},
): Promise<SmsShop> {
  const name = options.name ?? 'shop-sms';
  const number = '+14155550100';
  const credentials = { accountSid: 'AC1', authToken: `token-of-${name}` };
  const twilio = await createTwilioSimulator({ ...credentials, ...options.twilio });
  const directory = omnigate.client(
    DirectoryServiceService,
    options.tenant ? { tenant: options.tenant } : {},
  );
  const channel = resource('Channel', name, {
    type: 'sms-twilio',
    max_per_second: 10_000,
    config: { account_sid: 'AC1', auth_token: credentials.authToken, from: number, api_base_url: twilio.url },
    ...options.spec,
  });
  const applied = await directory.applyResources({ resources: [...(options.resources ?? []), channel] });
  const status = applied.resources.at(-1)?.resource?.status as { id: string; webhook_url: string };
  return { channelId: status.id, webhookUrl: status.webhook_url, twilio, number };
}
