/** What patches/kafkajs@2.2.4.patch mends; these fail on the package as it is published. */
describe('the patched kafkajs', () => {
  interface WorkerQueue {
    push(batch: string): Promise<void>;
  }
  const { createWorkerQueue, createWorker } = {
    createWorkerQueue: jest.requireActual<(o: { workers: unknown[] }) => WorkerQueue>(
      'kafkajs/src/consumer/workerQueue',
    ),
    createWorker: jest.requireActual<(o: { handler(): Promise<void>; workerId: number }) => unknown>(
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
