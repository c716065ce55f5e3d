// kill -9 under load, at random moments. To run it again with the moments of an earlier run:
//   OMNIGATE_CHAOS_SEED=<the seed that it printed> npm test -- --only chaos kill
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LaunchedOmnigate, launchOmnigate } from '@omnigate/testkit';
import { openScenes, type Scenes } from './scenes';
import { seededRandom } from './seeded-random';

const seed = process.env.OMNIGATE_CHAOS_SEED ?? randomBytes(4).toString('hex');
const kills = 11;
const sendsInFlight = 32;
const load = { writers: 25, perSecond: 75 };
/** It takes about a second. */
const readyWithinMs = 30_000;

const tell = (line: string): void => void process.stderr.write(`chaos: ${line}\n`);

describe('kill -9', () => {
  let omnigate: LaunchedOmnigate;
  let scenes: Scenes;

  beforeAll(async () => {
    omnigate = await launchOmnigate({ env: { OMNIGATE_SENDS_IN_FLIGHT: String(sendsInFlight) } });
  }, 120_000);
  afterAll(async () => {
    await scenes?.close();
    await omnigate?.close();
  }, 60_000);

  /** @returns milliseconds from the kill until it was ready again. */
  async function killAndStart(below: 'everything' | undefined): Promise<number> {
    const killedMs = Date.now();
    await omnigate.kill(below);
    await omnigate.start();
    return Date.now() - killedMs;
  }

  async function killUnderLoad(): Promise<number[]> {
    const random = seededRandom(seed);
    const withEverything = Math.floor(random() * kills);
    const downMs: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      await scenes.untilUnderLoad();
      await sleep(2_000 + random() * 4_000);
      expect(await scenes.unknownShown()).toBeLessThanOrEqual(kill * sendsInFlight);
      downMs.push(await killAndStart(kill === withEverything ? 'everything' : undefined));
    }
    await scenes.untilUnderLoad();
    return downMs;
  }

  test('at random moments: all acknowledged is stored once and in order, and answered once or shown as unknown', async () => {
    tell(`OMNIGATE_CHAOS_SEED=${seed}`);
    scenes = await openScenes(omnigate, { ...load, seed });
    const downMs = await killUnderLoad();
    const { violations, unknown, unanswered, summary } = await scenes.settle();
    expect(violations).toEqual([]);
    tell(`${summary}; ready again after ${downMs.join(', ')} ms`);
    expect(unknown).toBeLessThanOrEqual(kills * sendsInFlight);
    // Else no kill hit a send, and nothing was shown.
    expect(unanswered).toBeGreaterThan(0);
    expect(Math.max(...downMs)).toBeLessThan(readyWithinMs);
  }, 400_000);
});
