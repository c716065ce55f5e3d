import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * Empties a Redis that asks for no password, all its databases. Spoken by hand, since only packages/state may import a
 * client: https://redis.io/docs/latest/develop/reference/protocol-spec/#inline-commands
 */
export async function flushRedis(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write('FLUSHALL\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  if (String(answer) !== '+OK\r\n') throw new Error(`Redis did not flush: ${String(answer).trim()}`);
}
