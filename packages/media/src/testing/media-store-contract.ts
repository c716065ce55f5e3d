import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { isAppError } from '@omnigate/errors';
import { samplePng } from '@omnigate/testkit';
import { type MediaStore, maxMediaBytes } from '../media-store';

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'kept',
    (error: unknown) => (isAppError(error) ? error.code : error),
  );

/**
 * The contract of every media store.
 * @param create makes a store; the suite uses tenants of its own, so stores may share their files
 */
export function describeMediaStoreContract(create: () => Promise<MediaStore>): void {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
  let store: MediaStore;
  let tenantId: string;

  beforeEach(async () => {
    store = await create();
    tenantId = randomUUID();
  });

  const read = async (mediaId: string, tenant = tenantId) => {
    const file = await store.get(tenant, mediaId);
    return file && buffer(file.open());
  };

  it('gives back what was put, byte for byte, as often as it is asked', async () => {
    const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(100_000)]);
    const stored = await store.put(tenantId, bytes, { fileName: 'plan.pdf', claimedType: 'application/pdf' });
    expect(stored).toEqual({
      mediaId: expect.stringMatching(uuid),
      contentType: 'application/pdf',
      sizeBytes: bytes.length,
      fileName: 'plan.pdf',
      thumbnailId: '',
    });
    const { mediaId, ...rest } = stored;
    expect(await store.get(tenantId, mediaId)).toMatchObject(rest);
    expect((await read(mediaId))?.equals(bytes)).toBe(true);
    expect((await read(mediaId))?.equals(bytes)).toBe(true);
  });

  it('takes a stream', async () => {
    const bytes = samplePng();
    const source = Readable.from([bytes.subarray(0, 3), bytes.subarray(3, 50), bytes.subarray(50)]);
    const { mediaId, contentType, sizeBytes } = await store.put(tenantId, source);
    expect([contentType, sizeBytes]).toEqual(['image/png', bytes.length]);
    expect((await read(mediaId))?.equals(bytes)).toBe(true);
  });

  it('makes a thumbnail of a picture, a file like any other', async () => {
    const { thumbnailId } = await store.put(tenantId, samplePng({ width: 2_000, height: 1_000 }));
    const thumbnail = await store.get(tenantId, thumbnailId);
    expect(thumbnail).toMatchObject({ contentType: 'image/jpeg', thumbnailId: '' });
    expect((await read(thumbnailId))?.subarray(0, 3).toString('hex')).toBe('ffd8ff');
  });

  it('keeps tenants apart', async () => {
    const { mediaId } = await store.put(tenantId, Buffer.from('mine'));
    expect(await store.get(randomUUID(), mediaId)).toBeUndefined();
  });

  it('knows nothing of ids that it has not given, whatever they are', async () => {
    const { mediaId } = await store.put(tenantId, Buffer.from('mine'));
    for (const id of [
      randomUUID(),
      '',
      '..',
      `../${tenantId}/${mediaId}`,
      `${mediaId}.json`,
      `${mediaId}\0`,
    ]) {
      expect(await store.get(tenantId, id)).toBeUndefined();
    }
    for (const tenant of ['', '.', `${tenantId}/`, '../..']) {
      expect(await store.get(tenant, mediaId)).toBeUndefined();
      expect(await codeOf(store.put(tenant, Buffer.from('x')))).toBe('INVALID_ARGUMENT');
    }
  });

  it('refuses what is too large, at the first byte too many, and nothing', async () => {
    expect(await codeOf(store.put(tenantId, Buffer.alloc(11, 'a'), { maxBytes: 10 }))).toBe(
      'MEDIA_TOO_LARGE',
    );
    expect(await codeOf(store.put(tenantId, Buffer.alloc(10, 'a'), { maxBytes: 10 }))).toBe('kept');
    expect(await codeOf(store.put(tenantId, Buffer.alloc(0)))).toBe('MEDIA_EMPTY');
    let given = 0;
    const endless = new Readable({
      read() {
        given += 1 << 20;
        this.push(Buffer.alloc(1 << 20, 'a'));
      },
    });
    expect(await codeOf(store.put(tenantId, endless))).toBe('MEDIA_TOO_LARGE');
    expect(endless.destroyed).toBe(true);
    expect(given).toBeLessThan(maxMediaBytes * 2);
  });

  it('refuses programs, and pictures that are none', async () => {
    const program = Buffer.concat([Buffer.from('MZ'), randomBytes(500)]);
    expect(await codeOf(store.put(tenantId, program))).toBe('MEDIA_TYPE_REFUSED');
    const page = Buffer.from('<html><script>alert(1)</script>');
    expect(await codeOf(store.put(tenantId, page, { claimedType: 'image/png' }))).toBe('MEDIA_TYPE_REFUSED');
  });

  it('refuses what its caller does not take, by its content', async () => {
    const accepts = (type: string) => type === 'image/png';
    expect(await codeOf(store.put(tenantId, samplePng(), { accepts }))).toBe('kept');
    expect(await codeOf(store.put(tenantId, Buffer.from('a text'), { accepts }))).toBe('MEDIA_TYPE_REFUSED');
    const bomb = samplePng({ width: 16_000, height: 16_000 });
    expect(await codeOf(store.put(tenantId, bomb, { accepts }))).toBe('MEDIA_TYPE_REFUSED');
  });

  it('fails as its source does', async () => {
    const failure = new Error('broken off');
    const source = new Readable({
      read() {
        this.push(Buffer.from('half'));
        this.destroy(failure);
      },
    });
    expect(await codeOf(store.put(tenantId, source))).toBe(failure);
  });

  it('keeps many at once apart', async () => {
    const stored = await Promise.all(
      Array.from({ length: 20 }, (_, n) => store.put(tenantId, Buffer.from(`file ${n}`))),
    );
    const texts = await Promise.all(stored.map(({ mediaId }) => read(mediaId)));
    expect(texts.map(String)).toEqual(Array.from({ length: 20 }, (_, n) => `file ${n}`));
  });
}
