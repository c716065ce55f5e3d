import { freshDatabase, startTestKafka } from '@omnigate/testkit';
import { type BusUnderTest, describeBusContract, effectsSchema } from '../contract';
import { busSchema } from '../postgres/schema';
import { openKafkaProcess, prepareTopics } from '../testing/kafka-process';

async function create(): Promise<BusUnderTest> {
  const { brokers } = await startTestKafka();
  const fresh = await freshDatabase([busSchema, effectsSchema]);
  return {
    open: () => openKafkaProcess({ brokers, url: fresh.url }),
    prepare: (topic, ...groups) => prepareTopics(brokers, [topic], groups),
    close: fresh.drop,
  };
}

describe('the Kafka driver', () => {
  describeBusContract(create);
});
