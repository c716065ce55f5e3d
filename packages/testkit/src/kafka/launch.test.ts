import { connect } from 'node:net';
import { type LaunchedKafka, launchKafka } from './launch';

describe('launchKafka', () => {
  let kafka: LaunchedKafka;
  beforeAll(async () => {
    kafka = await launchKafka({ nodes: 1 });
  }, 120_000);
  afterAll(() => kafka.close());

  const answers = () =>
    new Promise<boolean>((resolve) => {
      const [host = '', port] = (kafka.brokers[0] as string).split(':');
      const socket = connect(Number(port), host);
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });

  test('a node that was killed is gone, and comes back on the same port', async () => {
    const [node] = kafka.nodes;
    expect(await answers()).toBe(true);
    await node?.kill();
    expect(await answers()).toBe(false);
    await node?.start();
    expect(await answers()).toBe(true);
  }, 60_000);
});
