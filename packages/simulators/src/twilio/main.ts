import { parseArgs } from 'node:util';
import { runSimulator } from '../run-simulator';
import { createTwilioSimulator } from './simulator';

const usage = `Usage: node twilio/main.js [--account-sid AC1] [--auth-token TOKEN] [--port 0] [--max-per-second N] [--latency-ms N]

Simulates Twilio's Messaging API. Prints {"url": …} as its first line when it listens; ends on SIGTERM or SIGINT.
GET /simulator/stats?since=N answers {attempts, messages, peak_in_flight, records: [[to, body, unix_ms], …] from the Nth on}.
`;

runSimulator(usage, async () => {
  const { values } = parseArgs({
    options: {
      'account-sid': { type: 'string', default: 'AC1' },
      'auth-token': { type: 'string', default: 'token' },
      port: { type: 'string', default: '0' },
      'max-per-second': { type: 'string' },
      'latency-ms': { type: 'string', default: '0' },
    },
  });
  const limit = values['max-per-second'];
  return createTwilioSimulator({
    accountSid: values['account-sid'],
    authToken: values['auth-token'],
    port: Number(values.port),
    latencyMs: Number(values['latency-ms']),
    ...(limit ? { maxPerSecond: Number(limit) } : {}),
  });
});
