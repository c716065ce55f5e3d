import { parseArgs } from 'node:util';
import { runSimulator } from '../run-simulator';
import { createWechatSimulator } from './simulator';

const usage = `Usage: node wechat/main.js [--webhook-url URL] [--app-id ID] [--app-secret SECRET] [--token TOKEN]
  [--encoding-aes-key KEY | --plain] [--original-id gh_…] [--port 0] [--latency-ms N]

Simulates WeChat for one Official Account. Prints {"url": …} as its first line when it listens; ends on SIGTERM or SIGINT.
GET /simulator answers what can be asked of it.
`;

runSimulator(usage, async () => {
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
    },
  });
  const given = {
    webhookUrl: values['webhook-url'],
    appId: values['app-id'],
    appSecret: values['app-secret'],
    token: values.token,
    encodingAesKey: values.plain ? '' : values['encoding-aes-key'],
    originalId: values['original-id'],
  };
  return createWechatSimulator({
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    port: Number(values.port),
    latencyMs: Number(values['latency-ms']),
  });
});
