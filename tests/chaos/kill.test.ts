// kill -9 under load, at random moments. To run it again with the moments of an earlier run:
//   OMNIGATE_CHAOS_SEED=<the seed that it printed> npm test -- --only chaos kill
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeliveryState, DirectoryServiceService } from '@omnigate/contracts';
import { type LaunchedOmnigate, launchOmnigate } from '@omnigate/testkit';
import { eventually } from '../journeys/eventually';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';
import { findUnderWay, findViolations } from './invariants';
import { createRecordsReader, type RecordsReader } from './records';
import { seededRandom } from './seeded-random';
import { startTraffic, type Traffic } from './traffic';

const seed = process.env.OMNIGATE_CHAOS_SEED ?? randomBytes(4).toString('hex');
const kills = 11;
const sendsInFlight = 16;
/** On each of two channels. */
const load = { writers: 25, perSecond: 75 };
/** So that sends are on the wire most of the time, and some are taken that nobody is told of. */
const provider = { latencyMs: 20, answerDelayMs: 30 };
/** It takes about a second. */
const readyWithinMs = 30_000;
const quietWithinMs = 90_000;
/** Longer than the lease of a turn and the look for those that lapsed: what a dead process left has had its effect. */
const afterlifeMs = 15_000;

/** One channel in a tenant of its own, with its customers. */
interface Scene {
  shop: SmsShop;
  traffic: Traffic;
  reader: RecordsReader;
}

const articles = [
  ['fee', 'zh', '物业费怎么交？', '在公众号里点“缴费”。'],
  ['parking', 'zh', '停车费多少钱一个月？', '每月 300 元。'],
  ['invoice', 'zh', '发票怎么开？', '在订单里点“申请发票”。'],
  ['return', 'zh', '退货要几天？', '七天之内。'],
  ['shipping', 'en', 'when will my order ship?', 'It ships within one working day.'],
].map(([name = '', language, question, answer]) =>
  resource('KnowledgeArticle', name, { language, question, answer }),
);

const tell = (line: string): void => void process.stderr.write(`chaos: ${line}\n`);

describe('kill -9', () => {
  let omnigate: LaunchedOmnigate;
  const scenes: Scene[] = [];

  async function openScene(tenant: string): Promise<Scene> {
    const channel = `${tenant}-sms`;
    await omnigate
      .client(DirectoryServiceService)
      .applyResources({ resources: [resource('Tenant', tenant)] });
    const shop = await openSmsShop(omnigate, {
      name: channel,
      tenant,
      twilio: provider,
      resources: articles,
    });
    return {
      shop,
      traffic: startTraffic({ ...load, shop, seed: `${seed}|${tenant}` }),
      reader: createRecordsReader((definition) => omnigate.client(definition, { tenant }), channel),
    };
  }

  beforeAll(async () => {
    omnigate = await launchOmnigate({ env: { OMNIGATE_SENDS_IN_FLIGHT: String(sendsInFlight) } });
  }, 120_000);
  afterAll(async () => {
    for (const { shop, traffic } of scenes) {
      await traffic.stop().catch(() => undefined);
      await shop.twilio.stop();
    }
    await omnigate?.close();
  }, 60_000);

  /** Enough is acknowledged for the next kill to hit traffic. */
  async function untilUnderLoad(): Promise<void> {
    const acknowledged = () => sum(scenes.map(({ traffic }) => traffic.acknowledged()));
    const before = acknowledged();
    await eventually(() => acknowledged() > before + 100, { what: 'traffic', timeoutMs: 60_000 });
  }

  async function unknownShown(): Promise<number> {
    const unknown = (reader: RecordsReader) => reader.inState(DeliveryState.DELIVERY_STATE_UNKNOWN);
    const found = await eventually(() => Promise.all(scenes.map(({ reader }) => unknown(reader))));
    return found.flat().length;
  }

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
      await untilUnderLoad();
      await sleep(2_000 + random() * 4_000);
      expect(await unknownShown()).toBeLessThanOrEqual(kill * sendsInFlight);
      downMs.push(await killAndStart(kill === withEverything ? 'everything' : undefined));
    }
    await untilUnderLoad();
    return downMs;
  }

  async function untilQuiet(): Promise<void> {
    const quiet = async () => {
      for (const { reader } of scenes) expect(findUnderWay(await reader.read())).toEqual([]);
      return true;
    };
    await eventually(quiet, { timeoutMs: quietWithinMs });
    await sleep(afterlifeMs);
  }

  test('at random moments: all acknowledged is stored once and in order, and answered once or shown as unknown', async () => {
    tell(`OMNIGATE_CHAOS_SEED=${seed}`);
    scenes.push(await openScene('north'), await openScene('south'));
    const downMs = await killUnderLoad();
    await Promise.all(scenes.map(({ traffic }) => traffic.stop()));
    await untilQuiet();

    const unanswered: boolean[] = [];
    for (const { shop, traffic, reader } of scenes) {
      const { written } = traffic;
      const taken = shop.twilio.messages;
      expect(findViolations({ ...(await reader.read()), written, taken })).toEqual([]);
      unanswered.push(...taken.map((message) => !message.answered).filter(Boolean));
    }
    const unknown = await unknownShown();
    tell(summary({ scenes, downMs, unknown, unanswered: unanswered.length }));
    expect(unknown).toBeLessThanOrEqual(kills * sendsInFlight);
    // Else no kill hit a send, and nothing was shown.
    expect(unanswered.length).toBeGreaterThan(0);
    expect(Math.max(...downMs)).toBeLessThan(readyWithinMs);
  }, 400_000);
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function summary(run: { scenes: Scene[]; downMs: number[]; unknown: number; unanswered: number }): string {
  const written = run.scenes.flatMap(({ traffic }) => traffic.written);
  const givenUp = written.filter(({ outcome }) => outcome === 'given up').length;
  const replies = sum(run.scenes.map(({ shop }) => shop.twilio.messages.length));
  return [
    `${written.length} messages, ${givenUp} given up, ${replies} replies sent`,
    `${run.unknown} unknown, ${run.unanswered} of them taken by a provider that could not say so`,
    `ready again after ${run.downMs.join(', ')} ms`,
  ].join('; ');
}
