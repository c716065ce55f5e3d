import { createPace, pace } from './pace';

/** A process that uses so much of its time, and is kept from a core for so much of what it wanted, for so many looks. */
function bed() {
  let nowMs = 0;
  const used = { activeMs: 0, ranMs: 0, keptMs: 0 };
  const paced = createPace({ nowMs: () => nowMs, timeUsed: () => ({ ...used }) });
  return {
    after(looks: number, active: number, kept = 0): number {
      for (let look = 0; look < looks; look += 1) {
        nowMs += 200;
        used.activeMs += 200 * active;
        used.ranMs += 200 * active * (1 - kept);
        used.keptMs += 200 * active * kept;
        paced.lingerMs(10);
      }
      return paced.lingerMs(10);
    },
  };
}

test('an idle process lingers as long as it was told to', () => {
  expect(bed().after(20, 0.3)).toBe(10);
  expect(bed().after(20, 0)).toBe(10);
});

test('a busy one lingers longer by and by, three times as long at most', () => {
  const { after } = bed();
  expect(after(1, 0.9)).toBe(12.5);
  expect(after(20, 0.9)).toBe(30);
});

test('so does one that has little to do, on a machine that others keep busy', () => {
  expect(bed().after(1, 0.2, 0.6)).toBe(12.5);
  expect(bed().after(20, 0.2, 0.2)).toBe(10);
});

test('between busy and calm it goes on as before', () => {
  const { after } = bed();
  after(2, 0.9);
  expect(after(20, 0.7)).toBe(15.625);
  expect(after(20, 0.2, 0.4)).toBe(15.625);
});

test('when it is calm again it lingers no longer', () => {
  const { after } = bed();
  after(20, 0.9);
  expect(after(1, 0.4)).toBe(24);
  expect(after(20, 0.4)).toBe(10);
});

test('a moment is too short to tell', () => {
  let nowMs = 0;
  const timeUsed = () => ({ activeMs: nowMs, ranMs: nowMs, keptMs: 0 });
  const paced = createPace({ nowMs: () => nowMs, timeUsed });
  nowMs = 199;
  expect(paced.lingerMs(10)).toBe(10);
});

test('this process has one', () => {
  expect(pace.lingerMs(10)).toBeGreaterThanOrEqual(10);
  expect(pace.lingerMs(10)).toBeLessThanOrEqual(30);
});
