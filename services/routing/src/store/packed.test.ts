import { packBytes } from './packed';

/** What `substring(blob from start for length)` gives for each part. */
const unpack = ({ blob, starts, lengths }: ReturnType<typeof packBytes>): (string | null)[] =>
  starts.map((start, index) => {
    const length = lengths[index];
    return start === null || length == null ? null : blob.subarray(start - 1, start - 1 + length).toString();
  });

test.each([
  { name: 'nothing', parts: [] },
  { name: 'one', parts: ['a'] },
  { name: 'several', parts: ['first', 'second', 'third'] },
  { name: 'nulls between', parts: [null, 'a', null, null, 'b', null] },
  { name: 'empty ones, which are not null', parts: ['', 'a', '', ''] },
])('$name: each part comes back as it was', ({ parts }) => {
  const bytes = parts.map((part) => (part === null ? null : Buffer.from(part)));
  expect(unpack(packBytes(bytes))).toEqual(parts);
});

test('undefined is null', () => {
  expect(packBytes([undefined])).toEqual({ blob: Buffer.alloc(0), starts: [null], lengths: [null] });
});
