import { HandoffPacket, Mood, Urgency } from '@omnigate/contracts';
import { packetByRules, queuePriority } from './handoff';

test('what nobody has answered is what they want', () => {
  const packet = packetByRules(['it is broken', '', 'room 12', 'help', 'please'], 'BOT_SLOW');
  expect(packet).toMatchObject({
    wants: 'it is broken / room 12 / help / please',
    openQuestions: ['room 12', 'help', 'please'],
    mood: Mood.MOOD_CALM,
    urgency: Urgency.URGENCY_NORMAL,
    reason: 'BOT_SLOW',
  });
  expect(packetByRules(['x'.repeat(1_000)], 'BOT_SLOW').wants).toHaveLength(200);
});

test('a message without words still makes a packet', () => {
  expect(packetByRules([''], 'NOT_TEXT')).toMatchObject({ wants: '', openQuestions: [] });
});

test('urgent ones go first, those that can wait last', () => {
  const priority = (urgency: Urgency) => queuePriority(HandoffPacket.fromPartial({ urgency }));
  const { URGENCY_HIGH, URGENCY_NORMAL, URGENCY_LOW, URGENCY_UNSPECIFIED } = Urgency;
  expect([URGENCY_HIGH, URGENCY_NORMAL, URGENCY_UNSPECIFIED, URGENCY_LOW].map(priority)).toEqual([
    0, 1, 1, 2,
  ]);
});
