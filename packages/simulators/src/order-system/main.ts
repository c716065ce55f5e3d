import { parseArgs } from 'node:util';
import { runSimulator } from '../run-simulator';
import { orderSystemFaults } from './faults';
import { startOrderSystem } from './order-system';

const usage = `Usage: node order-system/main.js [--token TOKEN] [--port 0]

A demo order system: GET /orders, /bills and /room by phone, email, user or openid. Prints {"url": …} as its first line
when it listens; ends on SIGTERM or SIGINT. PUT /simulator/fault/NAME makes it fail (${orderSystemFaults.join(', ')}), any
other name heals it.
`;

runSimulator(usage, async () => {
  const { values } = parseArgs({
    options: {
      token: { type: 'string', default: 'demo-order-token' },
      port: { type: 'string', default: '0' },
    },
  });
  return startOrderSystem({ token: values.token, port: Number(values.port) });
});
