import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the proxy does with WebSockets: lets them through, answers 403, or says nothing at all. */
export type SocketRule = 'passed' | 'refused' | 'swallowed';

/** A proxy of a company's network in front of a server. */
export interface PickyProxy {
  url: string;
  /** Upgrades asked for since the beginning. */
  upgrades(): number;
  /** Changes the rule, and cuts the sockets that go through. */
  rule(rule: SocketRule): void;
  /** Lets so many bytes a second of requests' bodies through; 0 for all that come. */
  pace(bytesPerSecond: number): void;
  /** Cuts all connections and takes none, or takes them again. */
  down(isDown: boolean): void;
  close(): Promise<void>;
}

/** Opens a proxy on a free port; the caller closes it. */
export async function openPickyProxy(target: string): Promise<PickyProxy> {
  const { hostname, port } = new URL(target);
  const held = new Set<Duplex>();
  let present: SocketRule = 'passed';
  let asked = 0;
  let bytesPerSecond = 0;
  let away = false;

  async function* paced(incoming: IncomingMessage) {
    for await (const chunk of incoming) {
      yield chunk;
      if (bytesPerSecond > 0) await sleep((chunk.length / bytesPerSecond) * 1_000);
    }
  }

  const server = createServer((incoming, outgoing) => {
    const { method, headers, url: path } = incoming;
    const onward = request({ hostname, port, path, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    pipeline(incoming, paced, onward).catch(() => onward.destroy());
  });
  server.on('connection', (socket) => {
    if (away) socket.destroy();
  });
  server.on('upgrade', (incoming, socket: Duplex, head: Buffer) => {
    asked += 1;
    held.add(socket);
    socket.on('error', () => {}).on('close', () => held.delete(socket));
    if (present === 'swallowed') return;
    if (present === 'refused') return void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    const onward: Socket = connect(Number(port), hostname, () => {
      const lines = incoming.rawHeaders.flatMap((each, index, all) =>
        index % 2 ? [] : [`${each}: ${all[index + 1]}`],
      );
      onward.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cutSockets = () => {
    for (const socket of held) socket.destroy();
  };
  const cut = () => {
    cutSockets();
    server.closeAllConnections();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    upgrades: () => asked,
    rule(rule) {
      present = rule;
      cutSockets();
    },
    pace(rate) {
      bytesPerSecond = rate;
    },
    down(isDown) {
      away = isDown;
      if (isDown) cut();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
