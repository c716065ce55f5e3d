import { parseArgs } from 'node:util';
import { orderSystemFaults } from './faults';
import { startOrderSystem } from './order-system';

const usage = `Usage: node order-system/main.js [--token TOKEN] [--port 0]

A demo order system: GET /orders, /bills and /room by phone, email, user or openid. Prints {"url": …} as its first line
when it listens; ends on SIGTERM or SIGINT. PUT /simulator/fault/NAME makes it fail (${orderSystemFaults.join(', ')}), any
other name heals it.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      token: { type: 'string', default: 'demo-order-token' },
      port: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const system = await startOrderSystem({ token: values.token, port: Number(values.port) });
  process.stdout.write(`${JSON.stringify({ url: system.url })}\n`);
  const stop = () => void system.stop();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 2;
});
