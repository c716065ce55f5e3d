import { createPace } from './pace';

/** A process whose event loop is used so much, for so many looks. */
function bed() {
  let nowMs = 0;
  let activeMs = 0;
  const pace = createPace({ nowMs: () => nowMs, activeMs: () => activeMs });
  return {
    after(looks: number, used: number): number {
      for (let look = 0; look < looks; look += 1) {
        nowMs += 200;
        activeMs += 200 * used;
        pace.lingerMs(10);
      }
      return pace.lingerMs(10);
    },
  };
}

test('an idle process lingers as long as it was told to', () => {
  expect(bed().after(20, 0.3)).toBe(10);
});

test('a busy one lingers longer by and by, three times as long at most', () => {
  const { after } = bed();
  expect(after(1, 0.9)).toBe(12.5);
  expect(after(20, 0.9)).toBe(30);
});

test('between busy and calm it goes on as before', () => {
  const { after } = bed();
  after(2, 0.9);
  expect(after(20, 0.7)).toBe(15.625);
});

test('when it is calm again it lingers no longer', () => {
  const { after } = bed();
  after(20, 0.9);
  expect(after(1, 0.4)).toBe(24);
  expect(after(20, 0.4)).toBe(10);
});

test('a moment is too short to tell', () => {
  let nowMs = 0;
  const pace = createPace({ nowMs: () => nowMs, activeMs: () => nowMs });
  nowMs = 199;
  expect(pace.lingerMs(10)).toBe(10);
});
