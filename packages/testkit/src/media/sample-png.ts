import { crc32, deflateSync } from 'node:zlib';

/**
 * Makes a PNG in one colour, small in bytes however large it is in pixels. Source: PNG specification (third edition) §5.
 * @param o.width in pixels
 * @param o.height in pixels
 * @param o.grey brightness, 0 to 255; different files for different tests
 */
export function samplePng({ width = 64, height = 48, grey = 128 } = {}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits, greyscale.
  header[8] = 8;
  const row = Buffer.alloc(width + 1, grey);
  row[0] = 0;
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
