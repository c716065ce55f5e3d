import { maskPersonalData } from './personal-data';

describe('maskPersonalData', () => {
  it.each([
    ['我的手机是13800138000，请回电', '我的手机是[phone]，请回电'],
    ['138 0013 8000', '[phone]'],
    ['+86 138-0013-8000', '[phone]'],
    ['１３８００１３８０００', '[phone]'],
    ['call +1 (415) 555-0100 now', 'call [phone] now'],
    ['固话 010-8888-6666', '固话 [phone]'],
    ['write to ada.b+x@shop.example.com please', 'write to [email] please'],
    ['邮箱是ada@example.cn。', '邮箱是[email]。'],
    ['身份证11010519491231002X', '身份证[id]'],
    ['身份证 110105 19491231 0021', '身份证 [id]'],
    ['HKID A123456(3)', 'HKID [id]'],
    ['卡号 4111 1111 1111 1111', '卡号 [card]'],
    ['卡号 6222020200112231', '卡号 [number]'],
    ['ada@example.cn谢谢', '[email]谢谢'],
    ['订单 20240115001', '订单 [number]'],
  ])('masks %s', (text, masked) => {
    expect(maskPersonalData(text)).toBe(masked);
  });

  it.each([
    '物业费3.5元/平',
    '2024-01-15 下午',
    'room 1203, 2.5 kg',
    '12:30',
    '9月 300 元',
    'E12',
    '',
    '转人工',
  ])('leaves %s as it is', (text) => {
    expect(maskPersonalData(text)).toBe(text);
  });

  it('takes time in proportion to the text, whatever the text', () => {
    for (const text of [
      '1 '.repeat(50_000),
      'a.'.repeat(50_000),
      '('.repeat(50_000),
      '1('.repeat(50_000),
      '@a.'.repeat(30_000),
    ]) {
      expect(typeof maskPersonalData(text)).toBe('string');
    }
  });
});
