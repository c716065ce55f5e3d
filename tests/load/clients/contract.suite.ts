import { busSchema, type KafkaClient } from '@omnigate/bus';
import {
  type BusUnderTest,
  describeBusContract,
  effectsSchema,
  openKafkaProcess,
  prepareTopics,
  type Wires,
} from '@omnigate/bus/contract';
import { freshDatabase, startTestKafka } from '@omnigate/testkit';
import { platformaticClient } from './platformatic/client';

type MakeClient = (brokers: string[], wires: Wires) => KafkaClient;

/** Kafka's driver on each client; undefined is the one that ships. `npm run bench:clients` runs this by itself. */
const clients: readonly (readonly [string, MakeClient | undefined])[] = [
  ['kafkajs', undefined],
  ['platformatic', (brokers, wires) => platformaticClient({ brokers, onSocket: wires.hold })],
];

describe.each(clients)('%s', (_name, makeClient) => {
  describeBusContract(async (): Promise<BusUnderTest> => {
    const { brokers } = await startTestKafka();
    const { url, drop } = await freshDatabase([busSchema, effectsSchema]);
    const client = makeClient && ((wires: Wires) => makeClient(brokers, wires));
    return {
      open: () => openKafkaProcess({ brokers, url, ...(client ? { client } : {}) }),
      prepare: (topic, ...groups) => prepareTopics(brokers, [topic], groups),
      close: drop,
    };
  });
});
