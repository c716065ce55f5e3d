import type { Bus, OutgoingRecord } from '@omnigate/bus';
import { DeliveryState, MessageStatus, topics } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import { createLogger, newId } from '@omnigate/runtime';
import type { Operation } from '@omnigate/testkit';
import { claimedAsStored, insertDeliveries, type NewDelivery } from '../../src/delivery/insert-deliveries';
import { judge } from '../../src/delivery/settlement';
import { insertChannels } from '../../src/delivery/store';
import { type TurnWork, takeTurn } from '../../src/delivery/turn';
import { createUpkeep } from '../../src/delivery/upkeep';
import { type Obstacle, providerIdOf, receiptOf, type Scene, type SceneKind } from './scene';

/** What deliveries need of a process. */
export interface DeliveryProcess {
  database: Database;
  bus: Bus;
}

/** The types that the races of deliveries have to do with. */
export interface DeliveryRaces {
  process: DeliveryProcess;
  scene: Scene;
  kind: SceneKind;
  obstacle: Obstacle;
}

const logger = createLogger({ service: 'delivery-test', level: 'silent' });
const noWork: TurnWork = { judgements: [], receipts: [], asks: [], lostClaims: [] };

const turn = (workOf: (scene: Scene) => Partial<TurnWork>) => (process: DeliveryProcess, scene: Scene) =>
  takeTurn(process, { ...noWork, ...workOf(scene) });

/** What the sender makes of an answer of the provider that took the message. */
function judgementOf(scene: Scene, row: NewDelivery) {
  const claimed = claimedAsStored({ ...row, claimedBy: scene.claimedBy });
  return judge(claimed, { kind: 'sent', providerMessageId: providerIdOf(row) });
}

async function stored({ database }: DeliveryProcess, scene: Scene): Promise<void> {
  const { tenantId, channelId } = scene;
  await database.transaction({ tenants: [tenantId] }, async (tx) => {
    await insertDeliveries(tx, scene.coming);
    await insertChannels(tx, [{ tenantId, channelId }]);
  });
}

async function lookedThrough(process: DeliveryProcess): Promise<void> {
  const upkeep = createUpkeep({ ...process, sender: { look: () => undefined }, logger, exclusive: false });
  await upkeep.start();
  await upkeep.stop();
}

/** Records on three topics in one transaction, as routing publishes them. */
async function published({ database, bus }: DeliveryProcess, scene: Scene): Promise<void> {
  const { tenantId } = scene;
  const value = MessageStatus.encode(MessageStatus.fromPartial({ tenantId })).finish();
  const names = [topics.messageStatus, topics.conversationChanged, topics.messageSend('channel-webhooks')];
  const records = scene.sending.flatMap(({ key }) =>
    names.map((topic): OutgoingRecord => ({ topic, key, value, eventId: newId(), type: '', tenantId })),
  );
  await database.transaction({ tenants: [tenantId] }, async (tx) => bus.publish(tx, scene.turned(records)));
}

/** Everything that an adapter service does to its deliveries; each acts on those of both customers. */
export const operations: readonly Operation<DeliveryRaces>[] = [
  {
    name: 'answers are stored',
    home: 'sending',
    waitsFor: ['sending', 'earlyReceipt', 'busHead'],
    run: turn((scene) => ({ judgements: scene.turned(scene.sending).map((row) => judgementOf(scene, row)) })),
  },
  {
    name: 'receipts come in',
    home: 'sending',
    waitsFor: ['sending', 'sent', 'busHead'],
    run: turn((scene) => ({
      receipts: scene
        .turned([...scene.sending, ...scene.sent, ...scene.late])
        .map((row) => receiptOf(scene, row)),
    })),
  },
  {
    name: 'receipts come early',
    home: 'sending',
    waitsFor: ['earlyReceipt'],
    run: turn((scene) => ({
      receipts: scene.turned(scene.sending).map((row) => ({
        ...receiptOf(scene, row),
        messageId: null,
        providerMessageId: providerIdOf(row),
        state: DeliveryState.DELIVERY_STATE_READ,
      })),
    })),
  },
  {
    name: 'an answer and a receipt are stored in one turn',
    home: 'sending',
    waitsFor: ['sending', 'busHead'],
    run: turn((scene) => {
      const [answered, received] = scene.turned(scene.sending);
      return {
        judgements: answered ? [judgementOf(scene, answered)] : [],
        receipts: received ? [receiptOf(scene, received)] : [],
        asks: [{ tenantId: scene.tenantId, channelId: scene.channelId, count: 2 }],
      };
    }),
  },
  {
    name: 'deliveries are claimed',
    home: 'sending',
    waitsFor: [],
    run: turn(({ tenantId, channelId }) => ({ asks: [{ tenantId, channelId, count: 10 }] })),
  },
  {
    name: 'lost claims are given back',
    home: 'sending',
    waitsFor: ['lost'],
    run: turn(({ lostClaim, tenantId }) => ({
      lostClaims: [{ claimedBy: lostClaim, tenants: [tenantId] }],
    })),
  },
  {
    name: 'deliveries are looked through',
    home: 'sending',
    waitsFor: ['sent', 'busHead'],
    run: lookedThrough,
  },
  { name: 'sends are stored', home: 'sending', waitsFor: ['coming'], run: stored },
  { name: 'records are published', home: 'sending', waitsFor: ['busHead'], run: published },
];
