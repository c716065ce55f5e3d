import {
  ConversationServiceService,
  DirectoryServiceService,
  type Offer,
  OfferState,
  PresenceState,
  RoutingServiceService,
} from '@omnigate/contracts';
import type { Client } from '@omnigate/rpc';
import { eventually } from './eventually';
import type { OpenedOmnigate } from './open-omnigate';
import { resource } from './sms-shop';

/** An agent at work, with an API key of its own. */
export interface AgentDesk {
  name: string;
  apiKey: string;
  conversations: Client<ConversationServiceService>;
  routing: Client<RoutingServiceService>;
  /** Every offer told so far, each change too. */
  offers: Offer[];
  /** The first open offer, past or to come, that was not returned before. */
  nextOffer(conversationId?: string): Promise<Offer>;
  /** The first change of an offer to a state, past or to come. */
  offerThat(id: string, state: OfferState): Promise<Offer>;
  comeOnline(): Promise<void>;
  goOffline(): Promise<void>;
  /** Stops watching. */
  close(): void;
}

/** Who the agent is. */
export interface AgentDeskOptions {
  name: string;
  displayName?: string;
  teams?: string[];
  maxConversations?: number;
  tenant?: string;
}

/**
 * Applies an agent with its key and watches its offers. It is offline until it comes online.
 *
 * @param omnigate the running Omnigate.
 * @param options who it is.
 * @returns the desk.
 */
export async function openAgentDesk(
  omnigate: Pick<OpenedOmnigate, 'client'>,
  options: AgentDeskOptions,
): Promise<AgentDesk> {
  const { name } = options;
  const apiKey = await applyAgent(omnigate, options);
  const routing = omnigate.client(RoutingServiceService, { apiKey });
  const offers: Offer[] = [];
  const taken = new Set<string>();
  const stop = new AbortController();
  await watch(routing, { offers, signal: stop.signal });
  return {
    name,
    apiKey,
    routing,
    offers,
    conversations: omnigate.client(ConversationServiceService, { apiKey }),
    nextOffer: (conversationId) =>
      eventually(
        () => {
          const offer = offers.find(
            (item) =>
              item.state === OfferState.OFFER_STATE_OFFERED &&
              !taken.has(item.id) &&
              (conversationId === undefined || item.conversationId === conversationId),
          );
          if (offer) taken.add(offer.id);
          return offer;
        },
        { what: `an offer to ${name}` },
      ),
    offerThat: (id, state) =>
      eventually(() => offers.find((offer) => offer.id === id && offer.state === state), {
        what: `offer of ${name} in state ${state}`,
      }),
    comeOnline: async () => void (await routing.setPresence({ state: PresenceState.PRESENCE_STATE_ONLINE })),
    goOffline: async () => void (await routing.setPresence({ state: PresenceState.PRESENCE_STATE_OFFLINE })),
    close: () => stop.abort(),
  };
}

async function applyAgent(
  omnigate: Pick<OpenedOmnigate, 'client'>,
  options: AgentDeskOptions,
): Promise<string> {
  const { name, displayName, teams = ['default'], maxConversations = 5, tenant } = options;
  const directory = omnigate.client(DirectoryServiceService, tenant ? { tenant } : {});
  const applied = await directory.applyResources({
    resources: [
      resource('Agent', name, {
        teams,
        max_conversations: maxConversations,
        ...(displayName ? { display_name: displayName } : {}),
      }),
      resource('ApiKey', `${name}-key`, { role: 'agent', agent: name }),
    ],
  });
  return String(applied.resources[1]?.resource?.status?.key ?? '');
}

/** Resolves when the stream has begun; it goes on until it is aborted. */
function watch(
  routing: Client<RoutingServiceService>,
  { offers, signal }: { offers: Offer[]; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const read = async () => {
      for await (const { offer } of routing.watchOffers({}, { signal })) {
        if (offer) offers.push(offer);
        else resolve();
      }
    };
    read().catch((error: unknown) => (signal.aborted ? undefined : reject(error)));
  });
}
