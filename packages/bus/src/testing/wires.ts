import { connect, type Socket } from 'node:net';
import type { KafkaOptions } from '../kafka/options';

/** Connections to brokers that a test can disturb. */
export interface Wires extends Required<Pick<KafkaOptions, 'connect'>> {
  /** Takes in a connection that another client has opened. */
  hold(socket: Socket): void;
  /** Ends all, and lets nothing through until they are mended. */
  cut(): void;
  mend(): void;
  /** What brokers answer is lost, until it is heard again. */
  deafen(deaf: boolean): void;
  /** Requests for records are lost, all others go through. */
  loseFetches(lost: boolean): void;
  /** How many connections there are. */
  readonly open: number;
  /** How many were lost: after the first, none that waits at a broker brings anything. */
  readonly lostFetches: number;
}

/** Of a request: its length, then what it asks for. */
const apiKeyAt = 4;
const fetchKey = 1;

/** Makes wires that are whole. */
export function openWires(): Wires {
  const sockets = new Set<Socket>();
  const state = { broken: false, deaf: false, loses: false, lost: 0 };

  function disturb(socket: Socket): void {
    const emit = socket.emit.bind(socket) as (event: string, ...args: unknown[]) => boolean;
    socket.emit = (event: string | symbol, ...args: unknown[]) =>
      event === 'data' && state.deaf ? true : emit(event as string, ...args);
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    socket.write = (chunk: unknown, ...rest: unknown[]) => {
      const isFetch = Buffer.isBuffer(chunk) && chunk.length > 6 && chunk.readInt16BE(apiKeyAt) === fetchKey;
      if (!isFetch || !state.loses) return write(chunk, ...rest);
      state.lost += 1;
      return true;
    };
  }

  function hold(socket: Socket): void {
    disturb(socket);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (state.broken) socket.destroy(new Error('the wire is cut'));
  }

  return {
    hold,
    connect({ host, port, onConnect }) {
      const socket = connect({ host, port }, onConnect);
      hold(socket);
      return socket;
    },
    cut() {
      state.broken = true;
      for (const socket of sockets) socket.destroy(new Error('the wire is cut'));
    },
    mend() {
      state.broken = false;
    },
    deafen(deaf) {
      state.deaf = deaf;
    },
    get open() {
      return sockets.size;
    },
    get lostFetches() {
      return state.lost;
    },
    loseFetches(lost) {
      state.loses = lost;
    },
  };
}
