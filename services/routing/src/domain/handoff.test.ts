import { HandoffPacket, Mood, Urgency } from '@omnigate/contracts';
import { packetByRules, queuePriority } from './handoff';

describe('packetByRules', () => {
  test('what was written is what the customer wants; the last three are open', () => {
    expect(
      packetByRules(['hello', 'my lamp is broken', 'room 12', 'please hurry'], 'BOT_TIMEOUT'),
    ).toMatchObject({
      wants: 'hello / my lamp is broken / room 12 / please hurry',
      facts: [],
      tried: [],
      openQuestions: ['my lamp is broken', 'room 12', 'please hurry'],
      mood: Mood.MOOD_CALM,
      urgency: Urgency.URGENCY_NORMAL,
      reason: 'BOT_TIMEOUT',
    });
  });

  test('messages without words, such as a picture, leave nothing behind', () => {
    expect(packetByRules(['', 'this one', ''], 'NO_ANSWER')).toMatchObject({
      wants: 'this one',
      openQuestions: ['this one'],
    });
    expect(packetByRules([], 'TRANSFERRED')).toMatchObject({ wants: '', openQuestions: [] });
  });

  test('a long text is cut, but never within a character', () => {
    const { wants } = packetByRules([`a${'😀'.repeat(300)}`], 'NO_ANSWER');
    expect(wants).toBe(`a${'😀'.repeat(199)}`);
    expect(HandoffPacket.decode(HandoffPacket.encode(packetByRules([wants], '')).finish()).wants).toBe(wants);
  });
});

test.each([
  { urgency: Urgency.URGENCY_HIGH, priority: 0 },
  { urgency: Urgency.URGENCY_NORMAL, priority: 1 },
  { urgency: Urgency.URGENCY_UNSPECIFIED, priority: 1 },
  { urgency: Urgency.URGENCY_LOW, priority: 2 },
])('urgency $urgency has priority $priority', ({ urgency, priority }) => {
  expect(queuePriority(HandoffPacket.fromPartial({ urgency }))).toBe(priority);
});
