import { createCircuit } from './circuit';

function openCircuit() {
  const clock = { ms: 0 };
  const circuit = createCircuit(() => clock.ms);
  const fail = (times: number): void => {
    for (let left = times; left > 0; left -= 1) {
      expect(circuit.admits()).toBe(true);
      circuit.failed();
    }
  };
  return { clock, circuit, fail };
}

test('opens after five failures in a row', () => {
  const { circuit, fail } = openCircuit();
  fail(4);
  circuit.succeeded();
  fail(4);
  expect(circuit.isOpen).toBe(false);
  fail(1);
  expect([circuit.isOpen, circuit.admits()]).toEqual([true, false]);
});

test('after a rest one request tries, whose end decides', () => {
  const { clock, circuit, fail } = openCircuit();
  fail(5);
  clock.ms = 9_999;
  expect(circuit.admits()).toBe(false);
  clock.ms = 10_000;
  expect([circuit.admits(), circuit.admits()]).toEqual([true, false]);
  circuit.failed();
  clock.ms = 19_999;
  expect(circuit.admits()).toBe(false);
  clock.ms = 20_000;
  expect(circuit.admits()).toBe(true);
  circuit.succeeded();
  expect([circuit.isOpen, circuit.admits(), circuit.admits()]).toEqual([false, true, true]);
  fail(4);
  expect(circuit.isOpen).toBe(false);
});
