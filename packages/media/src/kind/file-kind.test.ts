import { isAppError } from '@omnigate/errors';
import { samplePng, zipBomb } from '@omnigate/testkit';
import { fileKind, opaqueType } from './file-kind';

const kindOf = (head: Buffer | string, claimedType = '', fileName = '') =>
  fileKind(Buffer.from(head), { claimedType, fileName }).catch((error: unknown) =>
    isAppError(error) ? error.code : error,
  );

const mp3 = Buffer.concat([
  Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'),
  Buffer.from([0xff, 0xfb, 0x90, 0x64]),
  Buffer.alloc(600),
]);
const webm = Buffer.from(
  '1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878102428581021853806701',
  'hex',
);
const oldOffice = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(504)]);

describe('the content decides', () => {
  test.each<[string, Buffer | string, string, string]>([
    ['a PNG that is said to be a JPEG', samplePng(), 'image/jpeg', 'image/png'],
    ['a PNG that is said to be a text', samplePng(), 'text/plain', 'image/png'],
    ['a PDF', '%PDF-1.7\n', '', 'application/pdf'],
    ['an MP3', mp3, 'audio/mpeg', 'audio/mpeg'],
    ['a voice message in a film container', webm, 'audio/webm;codecs=opus', 'audio/webm'],
    ['a film', webm, '', 'video/webm'],
    ['a sound of a kind without a known signature', '\x02#!SILK_V3\0\x01', 'audio/silk', opaqueType],
    ['an old Word file', oldOffice, 'application/msword', 'application/msword'],
    ['an old Office file of whatever kind', oldOffice, '', 'application/x-cfb'],
    ['a text', 'room 1203\n水管漏水', '', 'text/plain'],
    ['a table', 'a,b\n1,2\n', 'text/csv; charset=utf-8', 'text/csv'],
    [
      'a text of another charset, said to be one',
      Buffer.from('cbaeb9dcc2a9cbae', 'hex'),
      'text/plain',
      'text/plain',
    ],
    ['bytes that say nothing', Buffer.from('cbaeb9dcc2a9cbaeff00ff', 'hex'), '', opaqueType],
  ])('%s', async (_name, head, claimed, kind) => {
    expect(await kindOf(head, claimed)).toBe(kind);
  });
});

describe('what a browser would run is kept for download alone', () => {
  test.each([
    ['a page', '<!DOCTYPE html><script>alert(1)</script>', 'text/html'],
    ['a page that says it is a text', '\ufeff \n<html><body onload=alert(1)>', 'text/plain'],
    [
      'an SVG with a script',
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
      'image/svg+xml',
    ],
    ['an SVG behind an XML declaration', '<?xml version="1.0"?><svg onload="alert(1)"/>', ''],
    ['a page that does not look like one', 'a <script>alert(1)</script>', 'text/html'],
    ['a script', 'alert(1)', 'application/javascript'],
  ])('%s', async (_name, text, claimed) => {
    expect(await kindOf(text, claimed)).toBe(opaqueType);
  });
});

describe('lies are refused', () => {
  test.each<[string, Buffer | string, string]>([
    ['a page as a picture', '<html><script>alert(1)</script>', 'image/png'],
    ['an SVG as a PNG', '<svg onload="alert(1)"/>', 'image/png'],
    ['a text as a picture', 'Not found', 'image/jpeg'],
    ['a PDF as a picture', '%PDF-1.7\n', 'image/gif'],
    ['bytes that say nothing as a picture', Buffer.from([0, 1, 2, 3]), 'image/webp'],
    ['a picture as a sound', samplePng(), 'audio/mpeg'],
    ['a page as a film', '<html>', 'video/mp4'],
  ])('%s', async (_name, head, claimed) => {
    expect(await kindOf(head, claimed)).toBe('MEDIA_TYPE_REFUSED');
  });
});

describe('programs are refused', () => {
  test.each<[string, Buffer | string, string]>([
    ['of Windows', `MZ${'\0'.repeat(100)}`, 'photo.jpg'],
    ['of Linux', Buffer.concat([Buffer.from('7f454c46020101', 'hex'), Buffer.alloc(60)]), 'photo.jpg'],
    ['of Java', Buffer.from('cafebabe00000034', 'hex'), ''],
    ['a script by its name', 'del *', 'invoice.pdf.BAT'],
    ['a script of Windows by its name', 'x', 'invoice.js'],
  ])('%s', async (_name, head, fileName) => {
    expect(await kindOf(head, '', fileName)).toBe('MEDIA_TYPE_REFUSED');
  });
});

test('an archive is not unpacked, however large it would be', async () => {
  // By an entry of this name Office files are recognised.
  const bomb = zipBomb('[Content_Types].xml');
  const startedCpu = process.cpuUsage();
  expect(await kindOf(bomb, 'application/zip')).toBe('application/zip');
  const { user, system } = process.cpuUsage(startedCpu);
  // To unpack 2 GB takes seconds.
  expect((user + system) / 1_000).toBeLessThan(1_000);
});
