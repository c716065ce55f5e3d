import { AskResponse, PresenceState } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import type { Operation } from '@omnigate/testkit';
import { endIdle } from '../../src/idle-sweeper';
import { claimWaitingTurns, renewLeases, takeOverTurns } from '../../src/store/turns';
import { createHeldRequests } from '../../src/tickets/held-requests';
import { holder, type RoutingProcess } from '../process';
import type { Obstacle, Scene, SceneKind } from './scene';
import {
  answered,
  called,
  fetched,
  lapsed,
  offered,
  published,
  rated,
  received,
  reported,
  settled,
  told,
  toldEvents,
} from './work';

/** The types that the races of routing have to do with. */
export interface RoutingRaces {
  process: RoutingProcess;
  scene: Scene;
  kind: SceneKind;
  obstacle: Obstacle;
}

const ids = (scene: Scene): string[] => scene.conversations.map(({ id }) => id);
const keys = (scene: Scene) =>
  scene.conversations.map(({ tenantId, id }) => ({ tenantId, conversationId: id }));
const content = { kind: { $case: 'text' as const, value: { body: 'Good morning.' } } };

const reply = AskResponse.fromPartial({
  actions: [{ kind: { $case: 'reply', value: { text: 'Good morning.' } } }],
});
const ticket = AskResponse.fromPartial({
  actions: [
    {
      kind: {
        $case: 'createTicket',
        value: { type: 'repair', media: [{ providerUrl: 'https://files.example/1' }] },
      },
    },
    { kind: { $case: 'resolve', value: {} } },
  ],
});
const customersWrite = received();
const systemSends = called(
  (scene) => scene.addresses,
  ({ conversations }, address) => conversations.sendMessage({ channel: 'shop', address, content }),
);
/** What every change of a conversation waits for. */
const changing: readonly Obstacle[] = ['conversation', 'busHead'];
const releasing: readonly Obstacle[] = [...changing, 'turn', 'offer', 'queueEntry'];

/** Everything that routing does to conversations; each acts on both of a scene. */
export const operations: readonly Operation<RoutingRaces>[] = [
  {
    name: 'customers write',
    home: 'answering',
    waitsFor: [...changing, 'turn', 'replyWindow'],
    run: customersWrite,
  },
  { name: 'customers are new', home: 'unknown', waitsFor: ['address', 'busHead'], run: customersWrite },
  {
    name: 'customers come back',
    home: 'resolved',
    waitsFor: ['openConversation', 'busHead'],
    run: customersWrite,
  },
  {
    name: 'customers rate, and write again',
    home: 'resolved',
    waitsFor: ['conversation', 'openConversation', 'busHead'],
    run: rated,
  },
  {
    name: 'messages are repeated',
    home: 'unknown',
    waitsFor: ['inboundKey'],
    run: received('', (scene) => scene.eventIds),
  },
  {
    name: 'customers say stop',
    home: 'answering',
    waitsFor: [...changing, 'consent', 'turn'],
    run: received('stop'),
  },
  {
    name: 'customers say start',
    home: 'answering',
    waitsFor: [...changing, 'consent'],
    run: received('start'),
  },
  {
    name: 'tickets are answered',
    home: 'answering',
    waitsFor: [...changing, 'offeredMenu', 'replyWindow'],
    run: answered,
  },
  {
    name: 'notices are told',
    home: 'answering',
    waitsFor: [...changing, 'knownAddress', 'replyWindow'],
    run: told,
  },
  {
    name: 'notices are told to who has no open conversation',
    home: 'resolved',
    waitsFor: ['conversation', 'knownAddress', 'busHead'],
    run: told,
  },
  {
    name: 'notices are told to new addresses',
    home: 'unknown',
    waitsFor: ['address', 'busHead'],
    run: told,
  },
  {
    name: 'the bot has tickets made',
    home: 'answering',
    waitsFor: [...changing, 'turn', 'replyWindow'],
    run: settled({ response: ticket }),
  },
  {
    name: 'late ticket requests are let go',
    home: 'lapsed',
    waitsFor: changing,
    run: ({ context }) => createHeldRequests(context).release(),
  },
  {
    name: 'statuses come in',
    home: 'answering',
    waitsFor: [...changing, 'consent', 'delivery', 'replyWindow'],
    run: (process, scene) => reported(process, scene, scene.sent),
  },
  {
    name: 'statuses of earlier conversations come in',
    home: 'answering',
    waitsFor: ['consent', 'busHead'],
    run: (process, scene) => reported(process, scene, scene.sentEarlier, 1),
  },
  { name: 'pictures are fetched', home: 'answering', waitsFor: changing, run: fetched },
  {
    name: 'the bot replies',
    home: 'answering',
    waitsFor: [...changing, 'turn', 'replyWindow'],
    run: settled({ response: reply }),
  },
  {
    name: 'the bot hands over',
    home: 'answering',
    waitsFor: [...changing, 'turn', 'queueEntry', 'replyWindow'],
    run: settled({ failure: 'BOT_TIMEOUT' }),
  },
  {
    name: 'an agent sends',
    home: 'answering',
    waitsFor: [...changing, 'replyWindow'],
    run: called(ids, ({ conversations }, conversationId) =>
      conversations.sendMessage({ requestId: newId(), conversationId, content }),
    ),
  },
  {
    name: 'an agent sends again',
    home: 'answering',
    waitsFor: ['request'],
    run: called(
      (scene) =>
        ids(scene).map((conversationId, index) => ({ conversationId, requestId: scene.requestIds[index] })),
      ({ conversations }, { conversationId, requestId }) =>
        conversations.sendMessage({ requestId: requestId ?? '', conversationId, content }),
    ),
  },
  {
    name: 'a system sends to known addresses',
    home: 'resolved',
    waitsFor: ['openConversation', 'busHead'],
    run: systemSends,
  },
  {
    name: 'a system sends to new addresses',
    home: 'unknown',
    waitsFor: ['address', 'busHead'],
    run: systemSends,
  },
  { name: 'events are told', home: 'answering', waitsFor: [...changing, 'replyWindow'], run: toldEvents },
  {
    name: 'events are told to known customers',
    home: 'resolved',
    waitsFor: ['openConversation', 'busHead'],
    run: toldEvents,
  },
  {
    name: 'events are told to new customers',
    home: 'unknown',
    waitsFor: ['address', 'busHead'],
    run: toldEvents,
  },
  {
    name: 'an agent adds a note',
    home: 'answering',
    waitsFor: changing,
    run: called(ids, ({ conversations }, conversationId) =>
      conversations.addNote({ conversationId, text: 'Look at the file.' }),
    ),
  },
  {
    name: 'an agent resolves',
    home: 'answering',
    waitsFor: releasing,
    run: called(ids, ({ conversations }, conversationId) =>
      conversations.resolveConversation({ conversationId }),
    ),
  },
  {
    name: 'an agent transfers to a team',
    home: 'answering',
    waitsFor: releasing,
    run: called(ids, ({ conversations }, conversationId) =>
      conversations.transferConversation({ conversationId, team: 'second', note: 'For you.' }),
    ),
  },
  {
    name: 'an agent gives back to the bot',
    home: 'answering',
    waitsFor: releasing,
    run: called(ids, ({ conversations }, conversationId) =>
      conversations.transferConversation({ conversationId }),
    ),
  },
  {
    name: 'an agent accepts',
    home: 'answering',
    waitsFor: [...changing, 'offer', 'queueEntry'],
    run: called(
      (scene) => scene.offers,
      ({ routing }, { id }) => routing.acceptOffer({ offerId: id }),
    ),
  },
  {
    name: 'an agent declines',
    home: 'answering',
    waitsFor: [...changing, 'offer'],
    run: called(
      (scene) => scene.offers,
      ({ routing }, { id }) => routing.declineOffer({ offerId: id }),
    ),
  },
  {
    name: 'an agent leaves',
    home: 'answering',
    waitsFor: [...changing, 'offer', 'agent'],
    run: called(
      (scene) => scene.tenant.agents,
      ({ routing }, { name }) =>
        routing.setPresence({ agent: name, state: PresenceState.PRESENCE_STATE_OFFLINE }),
    ),
  },
  { name: 'offers are made', home: 'waiting', waitsFor: [...changing, 'agent'], run: offered },
  { name: 'offers lapse', home: 'lapsed', waitsFor: [...changing, 'offer'], run: lapsed },
  {
    name: 'turns are claimed',
    home: 'waiting',
    waitsFor: [],
    run: ({ context }) => claimWaitingTurns(context.database, holder, 10),
  },
  {
    name: 'turns are taken over',
    home: 'lapsed',
    waitsFor: [],
    run: ({ context }) => takeOverTurns(context.database, holder, false),
  },
  {
    name: 'leases are renewed',
    home: 'answering',
    waitsFor: [],
    run: ({ context }, scene) => renewLeases(context.database, holder, scene.turned(keys(scene))),
  },
  {
    name: 'idle conversations end',
    home: 'answering',
    // It passes over what others have locked.
    waitsFor: [],
    run: ({ context }, { tenantId }) => endIdle(context, [{ tenantId, hours: 0 }]),
  },
  { name: 'records are published', home: 'answering', waitsFor: ['busHead'], run: published },
];
