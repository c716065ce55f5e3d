import { newText } from './new-text';

const cases: [program: string, text: string, written: string][] = [
  [
    'nothing quoted',
    'Where is my parcel?\n\nIt should be here.',
    'Where is my parcel?\n\nIt should be here.',
  ],
  [
    'Gmail',
    'Yes, please.\n\nOn Thu, Nov 26, 2026 at 10:00 AM Shop <shop@shop.example> wrote:\n> Shall we send it again?\n> Shop',
    'Yes, please.',
  ],
  [
    'Gmail with a wrapped attribution',
    'Yes.\n\nOn Thu, Nov 26, 2026 at 10:00 AM A very long name of a shop\n<shop@shop.example> wrote:\n\n> Shall we?',
    'Yes.',
  ],
  [
    'Apple Mail in Chinese',
    '好的，谢谢\n\n> 在 2026年11月26日，上午10:00，客服 <kf@shop.example> 写道：\n> \n> 已经为您安排',
    '好的，谢谢',
  ],
  [
    'QQ mail',
    '还没收到\n\n\n------------------ 原始邮件 ------------------\n发件人: "客服"\n发送时间: 2026年11月26日\n收件人: "王"\n主题: 您的订单\n\n您好',
    '还没收到',
  ],
  [
    'NetEase',
    '退款到了吗\n\n在 2026-11-26 10:00:00，"客服" <kf@shop.example> 写道：\n您好，已经处理。',
    '退款到了吗',
  ],
  ['NetEase, newer', '收到\n\n---- 回复的原邮件 ----\n| 发件人 | 客服 |', '收到'],
  [
    'Gmail in Chinese',
    '可以\n\n客服 <kf@shop.example> 于2026年11月26日周四 10:00写道：\n\n> 明天可以吗',
    '可以',
  ],
  [
    'Outlook',
    'It broke again.\n\n________________________________\nFrom: Shop <shop@shop.example>\nSent: Thursday, 26 November 2026 10:00\nTo: Li\nSubject: Your order\n\nDear Li',
    'It broke again.',
  ],
  [
    'Outlook in Chinese',
    '又坏了\n\n发件人: 客服\n发送时间: 2026年11月26日\n收件人: 王\n主题: 回复\n\n您好',
    '又坏了',
  ],
  ['Outlook, older', 'Thanks\n\n-----Original Message-----\nFrom: Shop', 'Thanks'],
  ['a signature', 'Call me.\n\n-- \nLi Wei\n+86 138', 'Call me.'],
  ['a telephone', '水管漏水\n\n发自我的iPhone', '水管漏水'],
  ['a telephone in English', 'Leaking\n\nSent from my iPhone', 'Leaking'],
  ['Outlook on a telephone', 'Leaking\n\nGet Outlook for iOS', 'Leaking'],
  [
    'a name below regards',
    'My pipe is leaking.\n\nBest regards,\nAnn Smith\nSales Manager, ACME Ltd\nTel +1 415 555 0100',
    'My pipe is leaking.',
  ],
  ['a name below regards, and a telephone', 'Leaking\n\nKind regards\nAnn\n\nSent from my iPhone', 'Leaking'],
  [
    'the end of a Chinese letter',
    '物业费怎么交？\n\n此致\n敬礼\n李雷\n某某科技有限公司\n电话：010-12345678',
    '物业费怎么交？',
  ],
  ['wishes of a Chinese business', '请开发票\n\n顺颂商祺！\n财务部 王芳', '请开发票'],
  ['wishes alone', '收到\n\n祝好\n小王', '收到'],
  [
    'what is asked below the name stays',
    'It leaks.\n\nRegards,\nAnn\n\nPS: when do you come',
    'It leaks.\n\nRegards,\nAnn\n\nPS: when do you come',
  ],
  ['a question below the name stays', '漏水\n\n祝好\n小王\n今天能来吗？', '漏水\n\n祝好\n小王\n今天能来吗？'],
  [
    'thanks are no end: people go on after them',
    'It leaks.\nThanks,\nthe door is open',
    'It leaks.\nThanks,\nthe door is open',
  ],
  [
    'regards in a sentence are no end',
    'Best regards to your team\nIt works',
    'Best regards to your team\nIt works',
  ],
  ['a mail that is nothing else stays', 'Best regards,\nAnn', 'Best regards,\nAnn'],
  [
    'answers between quoted lines',
    'On Thu, Nov 26, 2026 Shop <s@shop.example> wrote:\n> Which room?\n302\n> When?\nTomorrow',
    '302\nTomorrow',
  ],
  [
    'From: in a sentence is no header',
    'From: the airport\nI need a taxi',
    'From: the airport\nI need a taxi',
  ],
  [
    'On at the beginning is no attribution',
    'On Monday I wrote to you:\nnothing came',
    'On Monday I wrote to you:\nnothing came',
  ],
];

test.each(cases)('%s', (_program, text, written) => {
  expect(newText(text)).toBe(written);
});

test('a mail that was forwarded without a word keeps what was forwarded', () => {
  const forwarded = '---------- Forwarded message ---------\nFrom: Bank\n\nYour card';
  expect(newText(forwarded)).toBe(forwarded);
});

test('CRLF and empty lines do not matter', () => {
  expect(newText('one\r\n\r\n\r\n\r\ntwo  \r\n')).toBe('one\n\ntwo');
});

test('hostile text takes no longer than its length', () => {
  const regards = `Hi\nregards${' '.repeat(400_000)}x`;
  const hostile = [
    regards,
    'On '.repeat(200_000),
    'a\n'.repeat(100_000),
    '-'.repeat(500_000),
    '在'.repeat(300_000),
  ];
  for (const text of hostile) expect(newText(text).length).toBeLessThanOrEqual(text.length);
});
