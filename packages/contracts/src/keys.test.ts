import { messageKey, resourceKey } from './keys';

describe('messageKey', () => {
  it('is channel_id|address|thread_key', () => {
    expect(messageKey('c', '+14155550100', 't')).toBe('c|+14155550100|t');
    expect(messageKey('c', '+14155550100', '')).toBe('c|+14155550100|');
  });

  it('tells addresses and threads with a bar apart', () => {
    const keys = [
      messageKey('c', 'a|b', ''),
      messageKey('c', 'a', 'b|'),
      messageKey('c', 'a', 'b'),
      messageKey('c', 'a%7Cb', ''),
      messageKey('c', 'a%257Cb', ''),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key.split('|')).toHaveLength(3);
  });
});

describe('resourceKey', () => {
  it('is kind|id', () => {
    expect(resourceKey('Channel', 'x')).toBe('Channel|x');
  });
});
