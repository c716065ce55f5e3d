import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';

/** A TCP connection that says what it is told, byte for byte. */
export interface RawLine {
  socket: Socket;
  /** All that has come so far. */
  received(): string;
  /** Resolves when the other side has closed. */
  closed: Promise<void>;
}

/**
 * Opens a line.
 *
 * @param url where; host and port alone count.
 * @param bytes what to say first.
 * @returns the line, once it is connected.
 */
export function openLine(url: string, bytes?: string | Buffer): Promise<RawLine> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname);
    const closed = new Promise<void>((done) => socket.once('close', () => done()));
    socket.once('error', reject);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.once('connect', () => {
      if (bytes !== undefined) socket.write(bytes);
      resolve({ socket, received: () => received, closed });
    });
  });
}

/**
 * Calls a gRPC method with any bytes as its message.
 *
 * @param address host:port.
 * @param call path such as "/omnigate.bot.v1.BotService/Ask", the API key, and the body with its length prefix.
 * @returns the `grpc-status`; undefined when the stream was reset.
 */
export async function grpcStatusOf(
  address: string,
  call: { path: string; apiKey?: string; body: Buffer },
): Promise<number | undefined> {
  const session: ClientHttp2Session = connectHttp2(`http://${address}`);
  session.on('error', () => undefined);
  try {
    return await new Promise((resolve) => {
      let status: number | undefined;
      const stream = session.request({
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: call.path,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...(call.apiKey ? { authorization: `Bearer ${call.apiKey}` } : {}),
      });
      const note = (headers: Record<string, unknown>) => {
        if (headers['grpc-status'] !== undefined) status = Number(headers['grpc-status']);
      };
      stream.on('response', note);
      stream.on('trailers', note);
      stream.on('error', () => undefined);
      stream.on('close', () => resolve(status));
      stream.resume();
      stream.end(call.body);
    });
  } finally {
    session.destroy();
  }
}

/**
 * Puts the length prefix of gRPC before a message.
 *
 * @param message the message's bytes.
 * @param length the length to claim; default: the true one.
 * @returns the frame.
 */
export function grpcFrame(message: Buffer, length = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}
