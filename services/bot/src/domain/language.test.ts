import { detectLanguage, languageOfLocale, languageOfTexts } from './language';
import { cutPinyin, readAsPinyin } from './pinyin';

test.each([
  ['物业费怎么交', 'zh'],
  ['我的order什么时候ship', 'zh'],
  ['iPhone 15 Pro Max 256GB 多少钱', 'zh'],
  ['My name is 王小明, when will my order ship?', 'en'],
  ['when will my order ship', 'en'],
  ['wuliu zenme bu geng xin', 'zh'],
  ['注文はいつ届きますか', 'ja'],
  ['언제 배송되나요', 'ko'],
  ['Когда придёт мой заказ', 'ru'],
  ['¿Cuándo llega mi pedido? No lo he recibido', 'es'],
  ['Wann kommt meine Bestellung und wie kann ich bezahlen', 'de'],
  ['متى يصل طلبي', 'ar'],
])('%s is %s', (text, language) => {
  expect(detectLanguage(text, 'en')).toBe(language);
});

test.each(['1', '👍', 'A123456', '？', ''])('%s has no language', (text) => {
  expect(detectLanguage(text)).toBeUndefined();
});

test('the last telling text decides; codes and okays do not', () => {
  expect(languageOfTexts(['发票怎么开', 'ok'], undefined, 'en')).toBe('zh');
  expect(languageOfTexts(['发票怎么开', 'and when will my order ship?'], 'zh', 'zh')).toBe('en');
  expect(languageOfTexts(['1'], 'zh', 'en')).toBe('zh');
  expect(languageOfTexts(['hello'], undefined, 'zh')).toBe('en');
  expect(languageOfTexts(['hello'], 'zh', 'zh')).toBe('zh');
  expect(languageOfTexts(['A123456'], undefined, 'zh')).toBe('zh');
});

test('locales', () => {
  expect(['zh-CN', 'zh_TW', 'EN', '', '???'].map(languageOfLocale)).toEqual(['zh', 'zh', 'en', 'en', 'en']);
});

test('pinyin is cut into as few syllables as possible', () => {
  expect(cutPinyin('wuliu')).toEqual(['wu', 'liu']);
  expect(cutPinyin('zhuang')).toEqual(['zhuang']);
  expect(cutPinyin('order')).toBeUndefined();
  expect(readAsPinyin(['can', 'he', 'run'])).toBeUndefined();
  expect(readAsPinyin(['fa', 'piao', 'zenme', 'kai'])).toEqual(['fa', 'piao', 'zen', 'me', 'kai']);
});
