import { noticeLanguage } from './language';

test.each([
  { text: '物业费怎么交？', locale: 'en', language: 'zh' },
  { text: 'when will my order ship?', locale: 'zh-CN', language: 'en' },
  { text: '我的 order number 是 A-1024', locale: 'en', language: 'zh' },
  { text: '繁體字也是中文', locale: 'en-US', language: 'zh' },
  { text: 'こんにちは、停車場の料金は？', locale: 'zh-CN', language: 'en' },
  { text: '주문은 언제 오나요? 注文', locale: 'zh-CN', language: 'en' },
  { text: '我买的鲜の每日牛奶还没到', locale: 'en', language: 'zh' },
  { text: 'Где мой заказ?', locale: 'zh-CN', language: 'en' },
  { text: 'Où est ma commande ?', locale: 'zh-CN', language: 'en' },
  { text: '', locale: 'zh-CN', language: 'zh' },
  { text: '', locale: 'en-GB', language: 'en' },
  { text: '2', locale: 'zh-TW', language: 'zh' },
  { text: '???', locale: 'de', language: 'en' },
  { text: '👍', locale: 'ZH', language: 'zh' },
  // One letter is a choice or a unit rather than a word.
  { text: 'B', locale: 'zh-CN', language: 'zh' },
  { text: 'ok', locale: 'zh-CN', language: 'en' },
])('"$text" in $locale: $language', ({ text, locale, language }) => {
  expect(noticeLanguage(text, locale)).toBe(language);
});
