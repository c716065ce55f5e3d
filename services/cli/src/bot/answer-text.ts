import { type BotAction, Mood, Urgency } from '@omnigate/contracts';

const short = (name: string | undefined, prefix: string): string =>
  (name ?? '').replace(prefix, '').toLowerCase();

/**
 * What the customer would see, and for a handoff what the person would know.
 *
 * @param action of the bot.
 * @returns lines.
 */
export function answerLines({ kind }: BotAction): string[] {
  if (kind?.$case === 'reply') return [kind.value.text];
  if (kind?.$case === 'clarify') return [kind.value.text];
  if (kind?.$case !== 'handOver') return ['(an action that this version does not know)'];
  const { reason, notice, packet } = kind.value;
  const known = [
    packet?.wants && `wants: ${packet.wants}`,
    ...(packet?.facts ?? []).map(({ name, value }) => `${name}: ${value}`),
    packet && `mood: ${short(Mood[packet.mood], 'MOOD_')}`,
    packet && `urgency: ${short(Urgency[packet.urgency], 'URGENCY_')}`,
  ].filter(Boolean);
  return [notice, `→ to a person (${reason}): ${known.join('; ')}`];
}
