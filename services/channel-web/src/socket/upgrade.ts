import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { toAppError, toHttpError } from '@omnigate/errors';
import { type WebSocket, WebSocketServer } from 'ws';
import { maxFrameBytes } from '../domain/client-frame';
import { type Connection, closeCode, closeConnection, createConnection } from './connection';
import { type ConversationDeps, takeFrame } from './conversation';

/** What upgrades need. */
export interface UpgradeDeps extends ConversationDeps {
  /** Sockets at most. */
  maxSockets: number;
}

/** The sockets of a server. */
export interface Sockets {
  /** Takes the upgrades of `/chat/{channel_id}` of a server. */
  attach(server: Server): void;
  count(): number;
  /** Sends all pages away with 1001 and takes no more. */
  stop(): Promise<void>;
}

const path = /^\/chat\/([^/?]+)(?:\?|$)/;
const stopGraceMs = 1_000;
const handshakeMs = 10_000;

function refuseUpgrade(socket: Duplex, error: unknown): void {
  const { status, headers, body } = toHttpError(error);
  const text = JSON.stringify({ error: { code: body.code, message: body.message } });
  const head = {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${toAppError(error).code}\r\n${lines.join('\r\n')}\r\n\r\n${text}`);
}

/** Makes the sockets; permessage-deflate is off: it costs memory for each socket and lets small frames become large ones. */
export function createSockets(deps: UpgradeDeps): Sockets {
  const { visits, heartbeat, logger, maxSockets } = deps;
  const open = new Set<Connection>();
  let stopping = false;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    clientTracking: false,
  });

  function begin(socket: WebSocket, connection: Connection): void {
    open.add(connection);
    heartbeat.add(connection);
    // The socket closes itself with 1009, 1007 or 1002; what the peer did is no concern of the log.
    socket.on('error', () => {});
    socket.on('pong', () => {
      connection.missedPings = 0;
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) closeConnection(connection, closeCode.unsupported);
      else takeFrame(connection, data.toString('utf8'), deps);
    });
    socket.on('close', () => {
      open.delete(connection);
      heartbeat.remove(connection);
    });
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const channelId = path.exec(request.url ?? '')?.[1] ?? '';
    const channel = await visits.channel(channelId);
    visits.checkOrigin(channel, request.headers.origin);
    if (socket.destroyed) return;
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = createConnection(webSocket, channel, heartbeat.tick());
      if (stopping) return webSocket.close(closeCode.goingAway);
      if (open.size >= maxSockets) return webSocket.close(closeCode.tryAgainLater);
      begin(webSocket, connection);
    });
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const onError = () => socket.destroy();
    socket.on('error', onError);
    const timer = setTimeout(onError, handshakeMs).unref();
    upgrade(request, socket, head)
      .catch((error: unknown) => {
        if (toAppError(error).code === 'INTERNAL') logger.error({ err: error }, 'upgrade failed');
        refuseUpgrade(socket, error);
      })
      .finally(() => {
        clearTimeout(timer);
        socket.off('error', onError);
        // Once refused nobody else listens to this socket.
        if (socket.listenerCount('error') === 0) socket.on('error', () => {});
      });
  }

  return {
    attach(httpServer) {
      httpServer.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        const isOurs = path.test(request.url ?? '');
        // Node leaves a socket open that no listener of several has taken, so the only listener refuses it.
        if (isOurs || httpServer.listenerCount('upgrade') === 1) onUpgrade(request, socket, head);
      });
    },
    count: () => open.size,
    async stop() {
      stopping = true;
      for (const connection of open) closeConnection(connection, closeCode.goingAway);
      const deadline = Date.now() + stopGraceMs;
      while (open.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
      for (const connection of open) connection.socket.terminate();
    },
  };
}
