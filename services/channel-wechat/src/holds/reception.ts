import type {
  AnswerEnd,
  ClaimedDelivery,
  HeldAnswer,
  HeldKey,
  InboundMessage,
  InboundRequest,
  Receipt,
  SendResult,
} from '@omnigate/channel-kit';
import { messageKey, type ResolvedChannel } from '@omnigate/contracts';
import type { Inbox } from '../inbox';
import type { AnswerOnly } from '../outbound/answer-only';
import { keptMs } from '../outbound/send';
import { type Received, taken } from '../receive';
import type { Customer } from '../store/customers';
import type { PushPlace } from '../store/pushes';
import { wechatConfigOf } from '../wechat-config';
import { eventName } from '../wire/event';
import { type PassiveContent, passiveReplyOf } from '../wire/passive-reply';
import { type ComposeDeps, type ComposedReply, composeReply } from './compose-reply';
import { type HeldPush, type HoldingDeps, holdPush, type Waited } from './held-push';
import { holdingText } from './holding-text';

/** What taking pushes and answering them stands on. */
export interface ReceptionDeps extends HoldingDeps, ComposeDeps {
  inbox: Inbox;
  answerOnly: AnswerOnly;
  /** Notes that nobody has answered a customer for so long. @returns false where something was said in another way */
  noteUnanswered(customer: Customer, forMs: number): Promise<boolean>;
  /** Connections at most. */
  maxHeld: number;
  /** Unix time in ms. */
  now(): number;
}

/** How many kept answers one reply may join. */
const keptAtMost = 5;
/** How long after its time an answer may still be written; WeChat waits 5 s. */
const graceMs = 300;

interface Reception {
  channel: ResolvedChannel;
  message: InboundMessage;
  /** The account's own id. */
  account: string;
  key: HeldKey;
  answerOnly: boolean;
}

/**
 * Takes a push in its own way: kept against repeats with the message's record, and held, where a bot answers, until the
 * answer is there.
 * @param received a push with a message
 */
export function receive(
  deps: ReceptionDeps,
  request: InboundRequest,
  channel: ResolvedChannel,
  received: Received & { message: InboundMessage },
): Pick<Receipt, 'accept' | 'answer'> {
  const { message, account, nonce } = received;
  const { tenantId, id: channelId } = channel;
  const key = { tenantId, channelId, key: messageKey(channelId, message.address, '') };
  const answerOnly = deps.answerOnly.has(channel);
  const reception = { channel, message, account, key, answerOnly };
  const elapsedMs = Math.max(0, deps.now() - request.receivedTime.getTime());
  let held: HeldPush | undefined;
  let place: PushPlace | undefined;

  return {
    async accept(traceparent) {
      // Before the message is on the bus: its answer must find whom it is for.
      if (isHeld(deps, reception))
        held = holdPush(deps, key, {
          atMost: answerOnly ? keptAtMost : 1,
          elapsedMs,
          keepsCompany: answerOnly,
        });
      try {
        const arrival = { raw: request.rawBody, receivedTime: request.receivedTime, traceparent };
        place = await deps.inbox.accept(channel, { message, nonce }, arrival);
      } catch (error) {
        held?.close();
        throw error;
      }
    },
    async answer(gone) {
      if (!held || !place) return taken;
      // A repeat is answered by the connection that is held for the first, or by a message.
      if (!answerOnly && (place.kind === 'repeat' || place.unheld)) {
        held.close();
        return taken;
      }
      return answerOf(deps, reception, place, await held.wait(gone, place));
    },
  };
}

/** Nobody answers an event but a tap on the menu; where people answer first, nobody does in seconds. */
function isHeld(deps: ReceptionDeps, { channel, message, answerOnly }: Reception): boolean {
  const kind = message.content.kind;
  if (kind?.$case === 'event' && kind.value.name !== eventName.menuClick) return false;
  if (deps.holds.size() >= deps.maxHeld) return false;
  return answerOnly || channel.firstResponder !== 'people';
}

async function answerOf(
  deps: ReceptionDeps,
  reception: Reception,
  place: PushPlace,
  waited: Waited,
): Promise<HeldAnswer> {
  const { claimed, stored, gone } = waited;
  // What one answer does not take goes another way at once.
  if (!reception.answerOnly && (stored > claimed.length || claimed.length === 0))
    await giveUp(deps, reception);
  if (claimed.length > 0) return claimedAnswer(deps, reception, claimed);
  // A text to pass the time, once for a message that nothing has been said to.
  if (stored > 0 || gone || place.kind === 'repeat' || !(await isUnanswered(deps, reception))) return taken;
  return reply(deps, reception, holdingText(reception.answerOnly));
}

async function giveUp(deps: ReceptionDeps, { key }: Reception): Promise<void> {
  try {
    await within(deps.deliveries.giveUp(key), graceMs);
  } catch (err) {
    deps.logger.warn({ err, channel_id: key.channelId }, 'held deliveries wait for their time');
  }
}

/** Who stored an answer may not have known of this connection. */
async function isUnanswered(deps: ReceptionDeps, { key, message }: Reception): Promise<boolean> {
  try {
    return await within(deps.noteUnanswered({ ...key, address: message.address }, deps.holdMs), graceMs);
  } catch (err) {
    deps.logger.warn({ err, channel_id: key.channelId }, 'whether a customer was answered is not known');
    return false;
  }
}

async function claimedAnswer(
  deps: ReceptionDeps,
  reception: Reception,
  claimed: readonly ClaimedDelivery[],
): Promise<HeldAnswer> {
  const { channel, answerOnly } = reception;
  const settle = (list: readonly ClaimedDelivery[], result: SendResult) => {
    for (const each of list) deps.deliveries.settle(each, result);
  };
  // Another way, or for an account that has none the next message.
  const elsewhere: SendResult = {
    kind: 'deferred',
    afterMs: answerOnly ? keptMs : 0,
    code: 'SEND_REFUSED',
  };
  let composed: ComposedReply | undefined;
  try {
    composed = await within(composeReply(deps, channel, claimed, { uploads: answerOnly }), graceMs);
  } catch (err) {
    deps.logger.warn({ err, channel_id: channel.id }, 'a passive reply could not be made');
  }
  if (!composed) {
    settle(claimed, elsewhere);
    return taken;
  }
  const { said, content } = composed;
  settle(
    claimed.filter((each) => !said.includes(each)),
    elsewhere,
  );
  return { ...reply(deps, reception, content), ended: (end) => settle(said, resultOf(end, elsewhere)) };
}

/** WeChat gives no receipt: what is written is sent. What was not is as if nothing had been tried. */
function resultOf(end: AnswerEnd, elsewhere: SendResult): SendResult {
  if (end === 'written') return { kind: 'sent', providerMessageId: '' };
  return end === 'lost' ? elsewhere : { kind: 'unknown', code: 'SEND_UNKNOWN' };
}

function reply(deps: ReceptionDeps, reception: Reception, content: PassiveContent): HeldAnswer {
  const { channel, message, account } = reception;
  const config = wechatConfigOf(channel);
  const body = passiveReplyOf(config, { to: message.address, from: account, content, nowMs: deps.now() });
  return { status: 200, headers: { 'content-type': 'application/xml; charset=utf-8' }, body };
}

/** @throws Error when it takes longer */
async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('it took too long')), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
