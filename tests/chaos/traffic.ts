import { setTimeout as sleep } from 'node:timers/promises';
import { newSid } from '@omnigate/testkit';
import type { SmsShop } from '../journeys/sms-shop';
import { seededRandom } from './seeded-random';

/** A message that a customer wrote, as its provider knows it. */
export interface WrittenMessage {
  sid: string;
  customer: string;
  text: string;
  /** Given up: never answered with 2xx, so it may be stored or not. */
  outcome: 'under way' | 'acknowledged' | 'given up';
}

/** Customers who write, whatever happens to Omnigate. */
export interface Traffic {
  /** In the order in which they were written; a customer's next one only after the one before had its outcome. */
  written: readonly WrittenMessage[];
  acknowledged(): number;
  /**
   * Writes no more, and waits until every message has its outcome.
   *
   * @throws Error when a webhook was answered with anything but 200 or 503.
   */
  stop(): Promise<void>;
}

/** How much is written. */
export interface TrafficOptions {
  shop: SmsShop;
  /** Customers who write at the same time. */
  writers: number;
  /** Messages a second, of all together. */
  perSecond: number;
  /** Decides who writes how much, and how often the provider tries. */
  seed: string;
}

/** How a provider delivers one message. */
interface Patience {
  /** Times it tries before it gives the message up. */
  tries: number;
  /** Requests at the same moment, each time. */
  copies: number;
}

/** Different from one to the next, so that nobody asks the same twice in a row; the bot takes that for a complaint. */
const questions = [
  '物业费怎么交？',
  '停车费多少钱一个月？',
  '发票怎么开？',
  '退货要几天？',
  'when will my order ship?',
];
const askForPerson = '转人工';
const retryMs = 300;

/**
 * Lets customers write at a steady rate: open loop, so what could not be written in time is written as soon as it can
 * be. Each asks the bot some questions and then for a person, and then the next customer comes. As Twilio does, an
 * unanswered webhook is tried again with the same MessageSid, a few times; some come twice at once.
 *
 * @param options how much.
 * @returns the traffic, which goes on until it is stopped.
 */
export function startTraffic(options: TrafficOptions): Traffic {
  const { shop, writers, perSecond, seed } = options;
  const written: WrittenMessage[] = [];
  const intervalMs = (writers / perSecond) * 1000;
  let acknowledged = 0;
  let stopped = false;

  async function write(writer: number): Promise<void> {
    const random = seededRandom(`${seed}|${writer}`);
    let dueMs = Date.now() + random() * intervalMs;
    for (let serial = 0; !stopped; serial += 1) {
      const customer = `+86138${pad(writer, 3)}${pad(serial, 5)}`;
      const last = between(random, 10, 40);
      for (let number = 1; number <= last && !stopped; number += 1) {
        await sleep(Math.max(0, dueMs - Date.now()));
        dueMs += intervalMs;
        const topic = number === last ? askForPerson : questions[number % questions.length];
        const copies = between(random, 1, 20) === 1 ? 2 : 1;
        await deliver(customer, `${topic} (${number})`, { tries: between(random, 2, 10), copies });
      }
    }
  }

  async function deliver(customer: string, text: string, { tries, copies }: Patience): Promise<void> {
    const message: WrittenMessage = { sid: newSid('SM'), customer, text, outcome: 'under way' };
    written.push(message);
    for (let left = tries; left > 0; left -= 1) {
      if (await isAcknowledged(shop, message, copies)) {
        message.outcome = 'acknowledged';
        acknowledged += 1;
        return;
      }
      await sleep(retryMs);
    }
    message.outcome = 'given up';
  }

  const work = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  // Reported by stop().
  work.catch(() => undefined);
  return {
    written,
    acknowledged: () => acknowledged,
    async stop() {
      stopped = true;
      await work;
    },
  };
}

async function isAcknowledged(shop: SmsShop, message: WrittenMessage, copies: number): Promise<boolean> {
  const { sid: messageSid, customer: from, text: body } = message;
  const webhook = { url: shop.webhookUrl, from, body, messageSid, copies };
  const statuses = (await shop.twilio.inbound(webhook).catch(() => [])).map(({ status }) => status);
  const strange = statuses.find((status) => status !== 200 && status !== 503);
  if (strange !== undefined) throw new Error(`a signed webhook was answered with ${strange}`);
  return statuses.includes(200);
}

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** A whole number from least to most. */
function between(random: () => number, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}
