import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as contracts from './index';
import { descriptorSet } from './index';

const generated = join(__dirname, 'gen', 'omnigate');
const files = readdirSync(generated, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(__dirname, join(entry.parentPath, entry.name)));

describe('@omnigate/contracts', () => {
  it.each(files)('exports everything of %s', async (file) => {
    const exported = (await import(`./${file}`)) as Record<string, unknown>;
    expect(contracts).toMatchObject(exported);
  });

  it('keeps unknown fields through a read and a write', () => {
    const newer = Buffer.concat([
      contracts.Text.encode({ body: 'hi' }).finish(),
      Buffer.from([0xf2, 0x3f, 0x02, 0x61, 0x62]), // field 1022, "ab": of a later version
    ]);
    expect(Buffer.from(contracts.Text.encode(contracts.Text.decode(newer)).finish())).toEqual(newer);
  });

  it('reads the descriptors of every proto', () => {
    const text = Buffer.from(descriptorSet()).toString('latin1');
    for (const file of files) expect(text).toContain(file.replace('gen/', '').replace('.ts', '.proto'));
  });
});
