import type { State } from '@omnigate/state';
import { SmtpRefusal } from './refusal';

/** How much one client or sender may bring. */
export interface AdmissionLimits {
  /** Connections of one client address at once. */
  connections: number;
  /** Mails of one client address. */
  client: { ratePerSecond: number; burst: number };
  /** Mails of one sender. */
  sender: { ratePerSecond: number; burst: number };
  /** For all of one mail: one that comes slower keeps a connection from others. */
  mailMs: number;
}

/** A large provider sends for many customers by few addresses; a sender is one customer, or a machine gone wild. */
export const defaultLimits: AdmissionLimits = {
  connections: 100,
  client: { ratePerSecond: 100, burst: 1_000 },
  sender: { ratePerSecond: 0.5, burst: 30 },
  mailMs: 300_000,
};

/** Lets clients in, as far as they keep within the limits. */
export interface Admission {
  /** @throws SmtpRefusal 421 */
  connected(session: string, clientAddress: string): void;
  closed(session: string): void;
  /**
   * Counts a mail.
   * @param sender of the envelope; empty for the null sender, which many share
   * @throws SmtpRefusal 421 for the client, 450 for the sender
   */
  mail(clientAddress: string, sender: string): Promise<void>;
}

/** Makes the admission of one listener. Connections are counted by this process, mails by all. */
export function createAdmission(state: Pick<State, 'takeTokens'>, limits: AdmissionLimits): Admission {
  const clients = new Map<string, string>();
  const counts = new Map<string, number>();
  const count = (clientAddress: string, change: number): void => {
    const now = (counts.get(clientAddress) ?? 0) + change;
    if (now > 0) counts.set(clientAddress, now);
    else counts.delete(clientAddress);
  };
  return {
    connected(session, clientAddress) {
      if ((counts.get(clientAddress) ?? 0) >= limits.connections)
        throw new SmtpRefusal(421, '4.7.0 too many connections from your address');
      clients.set(session, clientAddress);
      count(clientAddress, 1);
    },
    closed(session) {
      const clientAddress = clients.get(session);
      if (clientAddress !== undefined && clients.delete(session)) count(clientAddress, -1);
    },
    async mail(clientAddress, sender) {
      const client = await state.takeTokens(`smtp-client:${clientAddress}`, limits.client);
      if (!client.taken)
        throw new SmtpRefusal(421, '4.7.0 too many mails from your address, try again later');
      if (sender === '') return;
      const { taken } = await state.takeTokens(`smtp-sender:${sender}`, limits.sender);
      if (!taken) throw new SmtpRefusal(450, '4.7.1 too many mails of this sender, try again later');
    },
  };
}
