import { setTimeout as sleep } from 'node:timers/promises';
import { isAppError } from '@omnigate/errors';
import { createLogger } from './logger';
import { type Part, runParts } from './parts';

const logger = createLogger({ service: 'test', level: 'silent' });

function tracked(name: string, events: string[], over: Partial<Part> = {}): Part {
  return {
    name,
    start: async () => void events.push(`start ${name}`),
    stop: async () => void events.push(`stop ${name}`),
    ...over,
  };
}
const fail = () => Promise.reject(new Error('no'));

describe('runParts', () => {
  it('starts in order, stops in reverse, once', async () => {
    const events: string[] = [];
    const running = await runParts(
      [
        tracked('a', events),
        { name: 'b', stop: async () => void events.push('stop b') },
        tracked('c', events),
      ],
      { logger },
    );
    await Promise.all([running.stop(), running.stop()]);
    expect(events).toEqual(['start a', 'start c', 'stop c', 'stop b', 'stop a']);
  });

  it('unwinds when one fails to start', async () => {
    const events: string[] = [];
    const parts = [
      tracked('a', events),
      tracked('b', events),
      tracked('c', events, { start: fail }),
      tracked('d', events),
    ];
    await expect(runParts(parts, { logger })).rejects.toThrow('no');
    expect(events).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops the others when one fails to stop', async () => {
    const events: string[] = [];
    const running = await runParts([tracked('a', events), tracked('b', events, { stop: fail })], { logger });
    await running.stop();
    expect(events).toEqual(['start a', 'start b', 'stop a']);
  });

  it('gives up at the deadline and says what hangs', async () => {
    const events: string[] = [];
    const hanging = tracked('hanging', events, { stop: () => sleep(60_000, undefined, { ref: false }) });
    const running = await runParts([tracked('a', events), hanging], { logger, deadlineMs: 20 });
    const failure = await running.stop().catch((error: unknown) => error);
    expect(isAppError(failure, 'DEADLINE_EXCEEDED') && failure.metadata.part).toBe('hanging');
    expect(events).not.toContain('stop a');
  });
});
