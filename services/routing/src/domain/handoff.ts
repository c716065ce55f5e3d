import { HandoffPacket, Mood, Urgency } from '@omnigate/contracts';

/** In characters. */
const longestWants = 200;

/**
 * The packet for a person when the bot could not make one: what the customer wrote is what they want.
 *
 * @param texts what the customer wrote and nobody has answered, in order.
 * @param reason why it was handed over, UPPER_SNAKE_CASE.
 * @returns a packet with a calm mood and normal urgency.
 */
export function packetByRules(texts: readonly string[], reason: string): HandoffPacket {
  const written = texts.filter((text) => text !== '');
  return HandoffPacket.fromPartial({
    wants: [...written.join(' / ')].slice(0, longestWants).join(''),
    openQuestions: written.slice(-3),
    mood: Mood.MOOD_CALM,
    urgency: Urgency.URGENCY_NORMAL,
    reason,
  });
}

/**
 * The priority of a conversation in its queue; lower goes first.
 *
 * @param packet the handoff packet.
 * @returns 0 for high urgency, 1 as usual, 2 when it can wait.
 */
export function queuePriority(packet: HandoffPacket): number {
  if (packet.urgency === Urgency.URGENCY_HIGH) return 0;
  return packet.urgency === Urgency.URGENCY_LOW ? 2 : 1;
}
