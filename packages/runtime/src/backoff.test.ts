import { createBackoff } from './backoff';

describe('createBackoff', () => {
  it('doubles what it draws from up to the most, and starts again', () => {
    const backoff = createBackoff({ baseMs: 100, maxMs: 1_000, random: () => 0.5 });
    expect(Array.from({ length: 6 }, () => backoff.next())).toEqual([50, 100, 200, 400, 500, 500]);
    backoff.reset();
    expect(backoff.next()).toBe(50);
  });

  it('draws from nothing to everything', () => {
    expect(createBackoff({ baseMs: 100, maxMs: 1_000, random: () => 0 }).next()).toBe(0);
    expect(createBackoff({ baseMs: 100, maxMs: 1_000, random: () => 0.999 }).next()).toBe(99);
  });
});
