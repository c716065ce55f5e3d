import { eventIdOf, newId } from './ids';

describe('newId', () => {
  it('makes UUIDv7 that sort as they were made', () => {
    const ids = Array.from({ length: 10_000 }, () => newId());
    expect(
      ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toBe(true);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('eventIdOf', () => {
  const channel = '0198c0de-0000-7000-8000-000000000001';

  it('is the same for the same message, for ever', () => {
    // Computed with Python: uuid.uuid5(uuid.UUID('6f0b3c1e-2d4a-5c58-9a7e-4b1d0c6e8f25'), f'{channel}|SM1|0')
    expect(eventIdOf(channel, 'SM1', 0)).toBe('6d3317d6-76a2-5f1c-89f0-f82e0116ca53');
  });

  it('is another for another channel, message or part', () => {
    const ids = [
      eventIdOf(channel, 'SM1', 0),
      eventIdOf(channel, 'SM1', 1),
      eventIdOf(channel, 'SM1|1', 0),
      eventIdOf(channel, 'SM2', 0),
      eventIdOf('0198c0de-0000-7000-8000-000000000002', 'SM1', 0),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
