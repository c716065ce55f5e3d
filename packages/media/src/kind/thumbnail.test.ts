import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samplePng } from '@omnigate/testkit';
import sharp from 'sharp';
import { previewOf } from './thumbnail';

const folder = mkdtempSync(join(tmpdir(), 'omnigate-thumbnail-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function fileOf(bytes: Buffer): string {
  const path = join(folder, `${files++}`);
  writeFileSync(path, bytes);
  return path;
}

test.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)(
  'a %s becomes a small JPEG',
  async (format) => {
    const picture = await sharp(samplePng({ width: 900, height: 450 }))
      .toFormat(format)
      .toBuffer();
    const { thumbnail, bomb } = await previewOf(fileOf(picture), `image/${format}`);
    expect(bomb).toBe(false);
    expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 160 });
  },
);

test('a photo taken upright is shown upright, and says no more where it was taken', async () => {
  const photo = await sharp(samplePng({ width: 800, height: 400 }))
    .jpeg()
    .withMetadata({ orientation: 6 })
    .withExifMerge({ IFD3: { GPSLatitude: '31/1 14/1 0/1' } })
    .toBuffer();
  const { thumbnail } = await previewOf(fileOf(photo), 'image/jpeg');
  expect(await sharp(thumbnail).metadata()).toMatchObject({ width: 160, height: 320 });
  expect((await sharp(thumbnail).metadata()).exif).toBeUndefined();
});

test('a small picture is not blown up', async () => {
  const { thumbnail } = await previewOf(fileOf(samplePng({ width: 10, height: 5 })), 'image/png');
  expect(await sharp(thumbnail).metadata()).toMatchObject({ width: 10, height: 5 });
});

test('a picture that would unpack to more than a page should spend is known by its header', async () => {
  const bomb = samplePng({ width: 30_000, height: 10_000 });
  expect(bomb.length).toBeLessThan(1_000_000);
  const before = process.memoryUsage().rss;
  expect(await previewOf(fileOf(bomb), 'image/png')).toEqual({ bomb: true });
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
});

test.each<[string, Buffer, string]>([
  ['a broken picture', samplePng().subarray(0, 60), 'image/png'],
  [
    'one whose data are damaged',
    Buffer.concat([samplePng().subarray(0, 45), Buffer.alloc(40, 7)]),
    'image/png',
  ],
  ['what is no picture', Buffer.from('text'), 'text/plain'],
  ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'image/svg+xml'],
])('%s has none', async (_name, bytes, type) => {
  expect(await previewOf(fileOf(bytes), type)).toEqual({ bomb: false });
});
