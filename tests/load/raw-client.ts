import { connect, type Socket } from 'node:net';

/** Requests that are ready to be written. */
export interface RawJob {
  origin: string;
  connections: number;
  requests: readonly Buffer[];
}

/**
 * Writes requests over kept-alive connections, one at a time on each, as fast as they are answered. It reads no more of
 * an answer than its status and length: an HTTP library would cost as much as the server that is measured.
 *
 * @param job the requests.
 * @param onAnswer called with each request's number and HTTP status.
 * @throws Error when a connection ends before its answer.
 */
export async function sendAll(job: RawJob, onAnswer: (index: number, status: number) => void): Promise<void> {
  const { hostname, port } = new URL(job.origin);
  let next = 0;
  const worker = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      let index = -1;
      let received = '';
      const write = (): void => {
        index = next++;
        const request = job.requests[index];
        if (request) socket.write(request);
        else resolve();
      };
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
        if (!isWhole(received)) return;
        onAnswer(index, Number(received.slice(9, 12)));
        received = '';
        write();
      });
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('a connection ended before its answer')));
      write();
    });
  const sockets = Array.from({ length: job.connections }, () => connect(Number(port), hostname).setNoDelay());
  await Promise.all(sockets.map(worker));
  for (const socket of sockets) {
    socket.removeAllListeners('close');
    socket.destroy();
  }
}

function isWhole(received: string): boolean {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /content-length: (\d+)/i.exec(received.slice(0, end))?.[1];
  return received.length >= end + 4 + Number(length ?? 0);
}
