import { safeFileName } from './file-name';

test.each([
  ['photo.jpg', 'photo.jpg'],
  ['水管漏水 1203.jpg', '水管漏水 1203.jpg'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\a\\bill.pdf', 'bill.pdf'],
  ['a\r\nset-cookie: b=c.png', 'aset-cookie: b=c.png'],
  ['a\u202egpj.exe', 'agpj.exe'],
  ['\ud800.png', '\ufffd.png'],
  ['..', ''],
  ['', ''],
  [`${'長'.repeat(300)}.png`, `${'長'.repeat(196)}.png`],
])('%j', (given, safe) => {
  expect(safeFileName(given)).toBe(safe);
});
