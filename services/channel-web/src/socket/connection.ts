import type { ResolvedChannel } from '@omnigate/contracts';
import type { WebSocket } from 'ws';
import type { Visit } from '../visits';

/** Close codes of the protocol beside those of RFC 6455. */
export const closeCode = {
  goingAway: 1001,
  unsupported: 1003,
  policy: 1008,
  tryAgainLater: 1013,
  unauthenticated: 4401,
  timeout: 4408,
  rateLimited: 4429,
} as const;

/** One socket's state, plain data: ten thousand idle ones must stay cheap, so there is no timer and no closure in it. */
export interface Connection {
  readonly socket: WebSocket;
  readonly channel: ResolvedChannel;
  /** Who it is; undefined before a good hello. */
  visit?: Visit;
  /** The last event written to the socket. */
  sentSeq: number;
  /** `ready` was sent, so events may follow. */
  ready: boolean;
  /** The mailbox is being read for this socket. */
  reading: boolean;
  /** Something was appended during the reading. */
  readAgain: boolean;
  /** Pings without an answer. */
  missedPings: number;
  /** Tick at which it was opened. */
  openedTick: number;
  /** Frames it may still send at once, as of `frameTokensTime` (ms, monotonic). */
  frameTokens: number;
  frameTokensTime: number;
  badFrames: number;
  /** Whoever wrote to the visitor last, to know whether the bot is about to answer. */
  lastRole: string;
  /** Messages are admitted one after the other, so that they keep their order. */
  admission: Promise<void>;
}

/** Frames of one socket. */
export const frameRate = { ratePerSecond: 50, burst: 200 };
/** Bytes that may wait for a page that reads too slowly. */
export const maxBufferedBytes = 1024 * 1024;
const resumeBelowBytes = 128 * 1024;
const drainCheckMs = 50;

/** Makes the state of a new socket. */
export function createConnection(
  socket: WebSocket,
  channel: ResolvedChannel,
  openedTick: number,
): Connection {
  return {
    socket,
    channel,
    sentSeq: 0,
    ready: false,
    reading: false,
    readAgain: false,
    missedPings: 0,
    openedTick,
    frameTokens: frameRate.burst,
    frameTokensTime: performance.now(),
    badFrames: 0,
    lastRole: '',
    admission: Promise.resolve(),
  };
}

/** Takes one frame's token. */
export function takeFrameToken(connection: Connection): boolean {
  const now = performance.now();
  const gained = ((now - connection.frameTokensTime) / 1_000) * frameRate.ratePerSecond;
  connection.frameTokens = Math.min(frameRate.burst, connection.frameTokens + gained);
  connection.frameTokensTime = now;
  if (connection.frameTokens < 1) return false;
  connection.frameTokens -= 1;
  return true;
}

/** The socket takes frames. */
export const isOpen = ({ socket }: Connection): boolean => socket.readyState === socket.OPEN;

/** Writes a frame; a page that lets too much wait is sent away, and catches up when it comes again. */
export function sendFrame(connection: Connection, frame: string | object): void {
  if (!isOpen(connection)) return;
  const { socket } = connection;
  if (socket.bufferedAmount > maxBufferedBytes) closeConnection(connection, closeCode.tryAgainLater);
  else socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
}

/** Says goodbye; a peer that does not answer is cut off. */
export function closeConnection({ socket }: Connection, code: number): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.close(code);
  // A close frame behind a full buffer would never leave.
  if (socket.bufferedAmount > maxBufferedBytes) setTimeout(() => socket.terminate(), 1_000).unref();
}

/** More waits for the page than it should. */
export const isBehind = ({ socket }: Connection): boolean => socket.bufferedAmount > resumeBelowBytes;

/** Resolves when the page has taken most of what waits for it, or is gone. */
export async function drained(connection: Connection): Promise<void> {
  while (isOpen(connection) && isBehind(connection)) {
    await new Promise((resolve) => setTimeout(resolve, drainCheckMs).unref());
  }
}
