import { connect, type Socket } from 'node:net';
import { type ConnectionGate, createConnectionGate } from './connection-gate';

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
let gate: ConnectionGate | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  gate?.cut();
  for (const socket of sockets.splice(0)) socket.destroy();
  await gate?.close();
});

async function listening() {
  const admitted = Promise.withResolvers<Socket>();
  gate = createConnectionGate((socket) => {
    sockets.push(socket);
    admitted.resolve(socket);
  });
  const port = await gate.listen('127.0.0.1', 0);
  return { gate, port, admitted: admitted.promise };
}

function open(port: number): { socket: Socket; closed: Promise<void> } {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket.on('error', () => undefined).resume());
  return { socket, closed: new Promise((resolve) => socket.on('close', () => resolve())) };
}

describe('createConnectionGate', () => {
  it('hands on what speaks HTTP/2, with every byte, however it is cut', async () => {
    const { port, admitted } = await listening();
    const { socket } = open(port);
    for (const part of [preface.slice(0, 3), preface.slice(3, 20), `${preface.slice(20)}frames`]) {
      socket.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const received: Buffer[] = [];
    for await (const chunk of await admitted) {
      received.push(chunk as Buffer);
      if (Buffer.concat(received).length >= preface.length + 6) break;
    }
    expect(Buffer.concat(received).toString()).toBe(`${preface}frames`);
  });

  it.each([['GET / HTTP/1.1\r\n\r\n'], ['\0\0\0'], ['PRI * HTTP/1'], ['x']])('drops %j', async (bytes) => {
    const { port } = await listening();
    const { socket, closed } = open(port);
    socket.write(bytes);
    await closed;
  });

  it('drops who leaves, and at its close who waits', async () => {
    const { gate: own, port } = await listening();
    const left = open(port);
    left.socket.end('PRI');
    await left.closed;
    const silent = open(port);
    await new Promise((resolve) => silent.socket.on('connect', resolve));
    await own.close();
    await silent.closed;
  });

  it('waits at its close for who was admitted, until they are cut', async () => {
    const { gate: own, port, admitted } = await listening();
    open(port).socket.write(preface);
    await admitted;
    let closed = false;
    const closing = own.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    own.cut();
    await closing;
  });

  it('drops who says nothing for 10 s', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    try {
      const { port } = await listening();
      const silent = open(port);
      silent.socket.write('PRI');
      await new Promise((resolve) => silent.socket.on('connect', resolve));
      while (jest.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
      jest.advanceTimersByTime(10_000);
      await silent.closed;
    } finally {
      jest.useRealTimers();
    }
  });

  it('says when it can not listen', async () => {
    const { port } = await listening();
    await expect(createConnectionGate(() => undefined).listen('127.0.0.1', port)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
