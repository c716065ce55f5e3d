/** What patches/kafkajs@2.2.4.patch mends; these fail on the package as it is published. */
describe('the patched kafkajs', () => {
  interface WorkerQueue {
    push(...batches: string[]): Promise<void>;
  }
  interface Worker {
    run(o: object): Promise<void>;
  }
  const { createWorkerQueue, createWorker } = {
    createWorkerQueue: jest.requireActual<(o: { workers: unknown[] }) => WorkerQueue>(
      'kafkajs/src/consumer/workerQueue',
    ),
    createWorker: jest.requireActual<(o: { handler(): Promise<void>; workerId: number }) => Worker>(
      'kafkajs/src/consumer/worker',
    ),
  };

  test.each([0, 1, 2, 3, 4, 5])('handles a batch that comes %i ticks after another one', async (ticks) => {
    let handled = 0;
    const handler = async () => {
      handled += 1;
    };
    const queue = createWorkerQueue({ workers: [createWorker({ handler, workerId: 0 })] });
    const first = queue.push('first');
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
    void queue.push('second');
    await first;
    await new Promise((resolve) => setImmediate(resolve));
    expect(handled).toBe(2);
  });

  test('starts no more workers than there are batches', async () => {
    let started = 0;
    const workers = Array.from({ length: 100 }, (_, workerId) => {
      const worker = createWorker({ handler: async () => undefined, workerId });
      return {
        run(o: object) {
          started += 1;
          return worker.run(o);
        },
      };
    });
    const queue = createWorkerQueue({ workers });
    await queue.push('one', 'two');
    expect(started).toBe(2);
  });

  test('encodes a record in one buffer, and another for the time', () => {
    type Encode = (record: object) => { buffer: Buffer };
    const encodeRecord = jest.requireActual<Encode>('kafkajs/src/protocol/recordBatch/record/v0');
    const headers = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`name-${n}`, '值'.repeat(n * 10)]),
    );
    const record = {
      offsetDelta: 300,
      timestampDelta: 5,
      key: 'key',
      value: Buffer.alloc(70_000, 'v'),
      headers,
    };
    const allocations = jest.spyOn(Buffer, 'allocUnsafe');
    const copies = jest.spyOn(Buffer, 'from');
    const { buffer } = encodeRecord(record);
    const made = allocations.mock.calls.length + copies.mock.calls.length;
    jest.restoreAllMocks();
    expect(made).toBe(2);
    expect(decodeRecord(buffer)).toMatchObject({
      offset: '300',
      key: Buffer.from('key'),
      value: record.value,
      headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
    });
  });

  describe('a fetch', () => {
    interface Group {
      fetch(nodeId: string): Promise<{ partition: number }[]>;
    }
    const { prototype } = jest.requireActual<{ prototype: Group }>('kafkajs/src/consumer/consumerGroup');

    /** A consumer group that has these partitions, of which some are active, and a broker that finds this in them. */
    const groupOf = (partitions: number[], active: number[], found: object[] = []) => {
      const assigned = [{ topic: 'topic', partitions }];
      const broker = { fetch: async () => ({ responses: [{ topicName: 'topic', partitions: found }] }) };
      return {
        maxWaitTime: 10_000,
        cluster: { refreshMetadataIfNecessary: async () => undefined, findBroker: async () => broker },
        checkForStaleAssignment: () => undefined,
        subscriptionState: { assigned: () => assigned, isPaused: () => false },
        filterPartitionsByNode: () => assigned,
        seekOffsets: async () => undefined,
        seekOffset: { has: () => false },
        offsetManager: { committedOffsets: () => ({ topic: ['0', '0', '0'] }), nextOffset: () => '0' },
        getActiveTopicPartitions: () => ({ topic: new Set(active) }),
        preferredReadReplicasPerTopicPartition: {},
      };
    };

    test.each([
      { what: 'for a partition that is paused is short', partitions: [0], waits: [50] },
      { what: 'where there is no partition is the one that was asked for', partitions: [], waits: [10_000] },
    ])('its wait $what', async ({ partitions, waits }) => {
      const asked: unknown[] = [];
      const timers = jest.spyOn(globalThis, 'setTimeout').mockImplementation((done, ms) => {
        asked.push(ms);
        return setImmediate(done) as never;
      });
      const batches = await prototype.fetch.call(groupOf(partitions, []), '1');
      timers.mockRestore();
      expect({ batches, waits: asked }).toEqual({ batches: [], waits });
    });

    test('brings no batch of a partition in which there is nothing', async () => {
      const found = [0, 1, 2].map((partition) => ({
        partition,
        highWatermark: '1',
        abortedTransactions: [],
        messages: partition === 1 ? [{ offset: '0' }] : [],
      }));
      const batches = await prototype.fetch.call(groupOf([0, 1, 2], [0, 1, 2], found), '1');
      expect(batches.map(({ partition }) => partition)).toEqual([1]);
    });
  });

  test('sets no timer in the past', () => {
    interface RequestQueue {
      scheduleCheckPendingRequests(): void;
      destroy(): void;
    }
    const Queue = jest.requireActual<new (o: object) => RequestQueue>('kafkajs/src/network/requestQueue');
    const queue = new Queue({ maxInFlightRequests: null, requestTimeout: 1_000, logger: {} });
    const timers = jest.spyOn(globalThis, 'setTimeout');
    queue.scheduleCheckPendingRequests();
    const waits = timers.mock.calls.map(([, ms]) => ms);
    queue.destroy();
    timers.mockRestore();
    expect(waits).toEqual([]);
  });
});

function decodeRecord(buffer: Buffer): unknown {
  const Decoder = jest.requireActual<new (bytes: Buffer) => { readVarInt(): number }>(
    'kafkajs/src/protocol/decoder',
  );
  const decode = jest.requireActual<(decoder: object, context: object) => unknown>(
    'kafkajs/src/protocol/recordBatch/record/v0/decoder',
  );
  const decoder = new Decoder(buffer);
  decoder.readVarInt(); // the length
  return decode(decoder, { firstOffset: 0, firstTimestamp: 0, magicByte: 2 });
}
