import { servingHeaders } from './serving';

const headers = (contentType: string, fileName = '') =>
  servingHeaders({ contentType, sizeBytes: 3, fileName });

test('pictures, sounds and films are shown, all else is saved', () => {
  for (const type of ['image/png', 'image/jpeg', 'audio/mpeg', 'video/mp4']) {
    expect(headers(type)['content-disposition']).toBe('inline');
  }
  for (const type of [
    'application/octet-stream',
    'image/svg+xml',
    'text/html',
    'text/plain',
    'application/pdf',
  ]) {
    expect(headers(type)['content-disposition']).toBe('attachment');
  }
});

test('nothing runs, whatever it is', () => {
  expect(headers('image/png')).toMatchObject({
    'content-type': 'image/png',
    'content-length': '3',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  });
});

test('a name goes along in ASCII and as it is, and adds no header', () => {
  expect(headers('application/pdf', '账单 "1".pdf')['content-disposition']).toBe(
    `attachment; filename="__ _1_.pdf"; filename*=UTF-8''%E8%B4%A6%E5%8D%95%20%221%22.pdf`,
  );
});
