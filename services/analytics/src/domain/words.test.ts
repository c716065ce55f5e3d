import { wordHash, wordsOf } from './words';

describe('words that say what a text is about', () => {
  test.each([
    ['厨房水管漏水了，麻烦派人来修一下', ['厨房', '水管', '漏水', '派人']],
    ['物业费怎么交', ['物业费']],
    ['物业费交好了', ['物业费']],
    ['充电桩故障，扫码没反应', ['充电桩', '故障', '扫码', '反应']],
    ['门禁卡丢了怎么补办', ['门禁卡', '补办']],
    ['退货要几天？退货！', ['退货']],
    ['When will my order ship? The charger is BROKEN', ['order', 'ship', 'charger', 'broken']],
    ["can't log in to ＷｅＣｈａｔ pay", ['log', 'wechat', 'pay']],
    ['快递 order 三天没更新', ['快递', 'order', '三天', '更新']],
  ])('%s', (text, words) => {
    expect([...wordsOf(text)]).toEqual(words);
  });

  test.each([
    ['masked', '[phone] [email] [id] [card] [number]'],
    ['numbers and ids', '3栋2单元 A1B2C3 2026-03-03 13:05'],
    ['links', 'https://example.com/path/to?order=1 www.example.com/abc'],
    ['words of every conversation', '你好，请问有人吗？谢谢。 Hello, can you please help me? thanks'],
    ['no words', '？？？ 👍 …'],
    ['a pasted key', 'x'.repeat(25)],
  ])('%s are none', (_, text) => {
    expect([...wordsOf(text)]).toEqual([]);
  });

  test('of a pasted page only the beginning is read', () => {
    expect(wordsOf(`${'and '.repeat(500)}charger`).size).toBe(0);
  });

  test('hashes are those of FNV-1a', () => {
    // http://www.isthe.com/chongo/tech/comp/fnv/: "" 0x811c9dc5, "a" 0xe40c292c, "foobar" 0xbf9cf968
    expect(['', 'a', 'foobar'].map((word) => wordHash(word) >>> 0)).toEqual([
      0x811c9dc5, 0xe40c292c, 0xbf9cf968,
    ]);
  });
});
