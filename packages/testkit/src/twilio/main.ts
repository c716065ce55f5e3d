import { parseArgs } from 'node:util';
import { createTwilioSimulator } from './simulator';

const usage = `Usage: node twilio/main.js [--account-sid AC1] [--auth-token TOKEN] [--port 0] [--max-per-second N] [--latency-ms N]

Simulates Twilio's Messaging API. Prints {"url": …} as its first line when it listens; ends on SIGTERM or SIGINT.
GET /simulator/stats?since=N answers {attempts, messages, peak_in_flight, records: [[to, body, unix_ms], …] from the Nth on}.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'account-sid': { type: 'string', default: 'AC1' },
      'auth-token': { type: 'string', default: 'token' },
      port: { type: 'string', default: '0' },
      'max-per-second': { type: 'string' },
      'latency-ms': { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const limit = values['max-per-second'];
  const simulator = await createTwilioSimulator({
    accountSid: values['account-sid'],
    authToken: values['auth-token'],
    port: Number(values.port),
    latencyMs: Number(values['latency-ms']),
    ...(limit ? { maxPerSecond: Number(limit) } : {}),
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
