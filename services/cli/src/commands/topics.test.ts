import { topicSpecs } from '@omnigate/bus';
import { type LaunchedKafka, launchKafka } from '@omnigate/testkit';
import { recordedTerminal } from '../../testing/recorded-terminal';
import { runCommand } from '../program';

async function run(words: string[], env: NodeJS.ProcessEnv) {
  const terminal = recordedTerminal({ env });
  const code = await runCommand(words, terminal, '1.2.3');
  return { code, out: terminal.written(), err: terminal.complained() };
}

describe('omnigate topics apply', () => {
  let kafka: LaunchedKafka;
  let small: LaunchedKafka;
  beforeAll(async () => {
    [kafka, small] = await Promise.all([launchKafka({ nodes: 1 }), launchKafka({ nodes: 1 })]);
  }, 120_000);
  afterAll(() => Promise.all([kafka.close(), small.close()]));

  test('makes what is missing, and nothing twice', async () => {
    const env = { KAFKA_BROKERS: kafka.brokers.join() };
    const first = await run(['topics', 'apply'], env);
    const names = topicSpecs().map(({ topic }) => topic);
    expect(names).toContain('omnigate.message.received.v1.routing.dlq');
    expect(first).toEqual({ code: 0, out: names.map((name) => `topic/${name} created\n`).join(''), err: '' });
    const second = await run(['topics', 'apply'], env);
    expect(second).toEqual({
      code: 0,
      out: names.map((name) => `topic/${name} unchanged\n`).join(''),
      err: '',
    });
  }, 60_000);

  test('makes smaller topics for a cluster on one machine', async () => {
    const env = { KAFKA_BROKERS: small.brokers.join() };
    await run(['topics', 'apply', '--max-partitions', '2'], env);
    const { err } = await run(['topics', 'apply'], env);
    expect(err).toContain('topic/omnigate.message.received.v1 has 2 partitions, not 48');
    expect(err).not.toContain('.dlq has');
  }, 60_000);

  test('says what the cluster can not do', async () => {
    const env = { KAFKA_BROKERS: '127.0.0.1:1' };
    const { code, out, err } = await run(['topics', 'apply'], env);
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain('the topics were not applied');
  }, 60_000);
});

describe('the configuration of omnigate topics', () => {
  test('asks for brokers', async () => {
    const { code, err } = await run(['topics', 'apply'], {});
    expect(code).toBe(2);
    expect(err).toContain('KAFKA_BROKERS');
  });

  test.each(['0', '-1', 'many'])('takes no %s partitions', async (number) => {
    const { code, err } = await run(['topics', 'apply', '--max-partitions', number], {});
    expect(code).toBe(2);
    expect(err).toContain('--max-partitions');
  });

  test('names what is wrong, and no value', async () => {
    const env = { KAFKA_BROKERS: 'nowhere', KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'secret' };
    const { code, err } = await run(['topics', 'apply'], env);
    expect(code).toBe(2);
    expect(err).toContain('KAFKA_BROKERS must be a list');
    expect(err).not.toContain('secret');
  });
});
