import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { samplePng } from '@omnigate/testkit';
import { describeMediaStoreContract } from '../testing/media-store-contract';
import { createDirectoryMediaStore } from './directory-media-store';

const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'omnigate-media-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

describe('createDirectoryMediaStore', () => {
  describeMediaStoreContract(async () => createDirectoryMediaStore({ folder: join(newFolder(), 'media') }));

  it('serves what another process put into the same folder', async () => {
    const folder = newFolder();
    const tenantId = randomUUID();
    const { mediaId } = await createDirectoryMediaStore({ folder }).put(tenantId, Buffer.from('shared'));
    const file = await createDirectoryMediaStore({ folder }).get(tenantId, mediaId);
    expect(file && String(await buffer(file.open()))).toBe('shared');
  });

  it('leaves nothing of what it refused or what broke off', async () => {
    const folder = newFolder();
    const store = createDirectoryMediaStore({ folder });
    const broken = new Readable({
      read() {
        this.push(Buffer.from('half'));
        this.destroy(new Error('broken off'));
      },
    });
    const puts = [
      store.put(randomUUID(), broken),
      store.put(randomUUID(), Buffer.alloc(9), { maxBytes: 8 }),
      store.put(randomUUID(), Buffer.from('no picture'), { claimedType: 'image/png' }),
      store.put(randomUUID(), Buffer.alloc(0)),
    ];
    const settled = await Promise.allSettled(puts);
    expect(settled.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
    expect(filesIn(folder)).toEqual([]);
  });

  it('holds each tenant in a folder that no other user may enter', async () => {
    const folder = join(newFolder(), 'media');
    const tenantId = randomUUID();
    const { mediaId } = await createDirectoryMediaStore({ folder }).put(tenantId, samplePng());
    const path = join(folder, tenantId, mediaId.slice(-2), mediaId);
    expect(statSync(folder).mode & 0o077).toBe(0);
    expect(statSync(path).mode & 0o077).toBe(0);
    // The picture, its thumbnail, and what is known of each.
    expect(filesIn(join(folder, tenantId))).toHaveLength(4);
  });

  it('removes what a dead process was receiving, and not what another one is', async () => {
    const folder = newFolder();
    const incoming = join(folder, 'incoming');
    mkdirSync(incoming);
    for (const [name, ageMs] of [
      ['old', 7_200_000],
      ['new', 0],
    ] as const) {
      writeFileSync(join(incoming, name), 'x');
      const at = new Date(Date.now() - ageMs);
      utimesSync(join(incoming, name), at, at);
    }
    await createDirectoryMediaStore({ folder }).put(randomUUID(), Buffer.from('x'));
    expect(readdirSync(incoming)).toEqual(['new']);
  });
});
