import { parseArgs } from 'node:util';
import { createWechatSimulator } from './simulator';

const usage = `Usage: node wechat/main.js [--webhook-url URL] [--app-id ID] [--app-secret SECRET] [--token TOKEN]
  [--encoding-aes-key KEY | --plain] [--original-id gh_…] [--port 0] [--latency-ms N]

Simulates WeChat for one Official Account. Prints {"url": …} as its first line when it listens; ends on SIGTERM or SIGINT.
GET /simulator answers what can be asked of it.
`;

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      'webhook-url': text,
      'app-id': text,
      'app-secret': text,
      token: text,
      'encoding-aes-key': text,
      'original-id': text,
      plain: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      'latency-ms': { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const given = {
    webhookUrl: values['webhook-url'],
    appId: values['app-id'],
    appSecret: values['app-secret'],
    token: values.token,
    encodingAesKey: values.plain ? '' : values['encoding-aes-key'],
    originalId: values['original-id'],
  };
  const simulator = await createWechatSimulator({
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    port: Number(values.port),
    latencyMs: Number(values['latency-ms']),
  });
  process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
  const stop = () => void simulator.stop();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 2;
});
