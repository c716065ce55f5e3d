import { setTimeout as sleep } from 'node:timers/promises';
import { DeliveryState, DirectoryServiceService } from '@omnigate/contracts';
import type { LaunchedOmnigate } from '@omnigate/testkit';
import { eventually } from '../journeys/eventually';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';
import { findUnderWay, findViolations } from './invariants';
import { createRecordsReader, type RecordsReader } from './records';
import { startTraffic, type Traffic } from './traffic';

/** One channel in a tenant of its own, with its customers. */
interface Scene {
  shop: SmsShop;
  traffic: Traffic;
  reader: RecordsReader;
}

/** What a run came to, once all was quiet. */
export interface Aftermath {
  /** What must hold and does not; empty when all does. */
  violations: string[];
  /** Messages shown as unknown. */
  unknown: number;
  /** Of the replies that the provider took, those that it could not say so of. */
  unanswered: number;
  /** For people. */
  summary: string;
}

/** Customers of two channels who write all the time, whatever happens to Omnigate. */
export interface Scenes {
  /** Enough is acknowledged from now on for what comes next to hit traffic. */
  untilUnderLoad(): Promise<void>;
  acknowledged(): number;
  /** Messages shown as unknown so far. */
  unknownShown(): Promise<number>;
  /** Writes no more, waits until all is quiet, and looks at everything. */
  settle(): Promise<Aftermath>;
  close(): Promise<void>;
}

/** How much is written, and how the provider is. */
export interface SceneOptions {
  /** What the names of the tenants begin with; default: nothing. */
  name?: string;
  /** Decides who writes how much, and how often the provider tries. */
  seed: string;
  /** Customers who write at the same time, on each channel. */
  writers: number;
  /** Messages a second, on each channel. */
  perSecond: number;
}

/**
 * So that sends are on the wire most of the time, and some are taken that nobody is told of: a killed process may hold its
 * sockets for tens of milliseconds, while its memory is given back.
 */
const provider = { latencyMs: 20, answerDelayMs: 80 };
const quietWithinMs = 90_000;
/** Longer than the lease of a turn and the look for those that lapsed: what a dead process left has had its effect. */
const afterlifeMs = 15_000;

const articles = [
  ['fee', 'zh', '物业费怎么交？', '在公众号里点“缴费”。'],
  ['parking', 'zh', '停车费多少钱一个月？', '每月 300 元。'],
  ['invoice', 'zh', '发票怎么开？', '在订单里点“申请发票”。'],
  ['return', 'zh', '退货要几天？', '七天之内。'],
  ['shipping', 'en', 'when will my order ship?', 'It ships within one working day.'],
].map(([name = '', language, question, answer]) =>
  resource('KnowledgeArticle', name, { language, question, answer }),
);

async function openScene(omnigate: LaunchedOmnigate, tenant: string, o: SceneOptions): Promise<Scene> {
  const channel = `${tenant}-sms`;
  const directory = omnigate.client(DirectoryServiceService);
  await directory.applyResources({ resources: [resource('Tenant', tenant)] });
  const shop = await openSmsShop(omnigate, { name: channel, tenant, twilio: provider, resources: articles });
  return {
    shop,
    traffic: startTraffic({ ...o, shop, seed: `${o.seed}|${tenant}` }),
    reader: createRecordsReader((definition) => omnigate.client(definition, { tenant }), channel),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/**
 * Opens two channels, and lets their customers write.
 *
 * @param omnigate the running Omnigate.
 * @param options how much.
 * @returns the scenes; the caller closes them.
 */
export async function openScenes(omnigate: LaunchedOmnigate, options: SceneOptions): Promise<Scenes> {
  const scenes: Scene[] = [];
  for (const place of ['north', 'south'])
    scenes.push(await openScene(omnigate, `${options.name ?? ''}${place}`, options));
  const acknowledged = () => sum(scenes.map(({ traffic }) => traffic.acknowledged()));

  async function unknownShown(): Promise<number> {
    const unknown = (reader: RecordsReader) => reader.inState(DeliveryState.DELIVERY_STATE_UNKNOWN);
    const found = await eventually(() => Promise.all(scenes.map(({ reader }) => unknown(reader))));
    return found.flat().length;
  }

  async function untilQuiet(): Promise<void> {
    const quiet = async () => {
      const underWay: string[] = [];
      for (const { reader } of scenes) underWay.push(...findUnderWay(await reader.read()));
      if (underWay.length > 0) throw new Error(`not quiet yet: ${underWay.slice(0, 5).join('; ')}`);
      return true;
    };
    await eventually(quiet, { timeoutMs: quietWithinMs });
    await sleep(afterlifeMs);
  }

  async function violationsOf({ shop, traffic, reader }: Scene): Promise<string[]> {
    const { written } = traffic;
    return findViolations({ ...(await reader.read()), written, taken: shop.twilio.messages });
  }

  return {
    acknowledged,
    unknownShown,
    async untilUnderLoad() {
      const before = acknowledged();
      await eventually(() => acknowledged() > before + 100, { what: 'traffic', timeoutMs: 60_000 });
    },
    async settle() {
      await Promise.all(scenes.map(({ traffic }) => traffic.stop()));
      await untilQuiet();
      const violations: string[] = [];
      for (const scene of scenes) violations.push(...(await violationsOf(scene)));
      const unknown = await unknownShown();
      const taken = scenes.flatMap(({ shop }) => shop.twilio.messages);
      const unanswered = taken.filter((message) => !message.answered).length;
      const written = scenes.flatMap(({ traffic }) => traffic.written);
      const givenUp = written.filter(({ outcome }) => outcome === 'given up').length;
      const summary = `${written.length} messages, ${givenUp} given up, ${taken.length} replies sent; ${unknown} unknown, ${unanswered} of them taken by a provider that could not say so`;
      return { violations, unknown, unanswered, summary };
    },
    async close() {
      for (const { shop, traffic } of scenes) {
        await traffic.stop().catch(() => undefined);
        await shop.twilio.stop();
      }
    },
  };
}
