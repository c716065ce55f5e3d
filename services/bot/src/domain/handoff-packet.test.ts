import { createHandoffPacket, factsIn } from './handoff-packet';
import { moodOf, urgencyOf } from './mood';
import { foldText } from './normalise';
import { maskPersonalData } from './personal-data';

const messages = (...texts: string[]) => texts.map((text) => ({ text, folded: foldText(text) }));

test.each([
  ['我的订单号是 20240501ABC 还没发', { name: 'order_number', value: '20240501ABC' }],
  ['Order #A-1234567 is late', { name: 'order_number', value: 'A-1234567' }],
  ['我住3栋502，漏水了', { name: 'room', value: '3栋502' }],
  ['5号楼2单元1201室停电', { name: 'room', value: '5号楼2单元1201室' }],
  ['I am in Room 302', { name: 'room', value: 'Room 302' }],
  ['洗衣机显示 E04', { name: 'fault_code', value: 'E04' }],
  ['error code F-21 again', { name: 'fault_code', value: 'F-21' }],
  ['被扣了 199.50 元', { name: 'amount', value: '199.50 元' }],
  ['打我电话13812345678', { name: 'phone', value: '138****5678' }],
  ['mail me at jo.doe@example.com', { name: 'email', value: 'j****@example.com' }],
])('facts of %s', (text, fact) => {
  expect(factsIn([text])).toContainEqual(fact);
});

test('facts are told once, and a word is no order number', () => {
  expect(factsIn(['订单 A1234567', '订单号A1234567'])).toHaveLength(1);
  expect(factsIn(['where is my order please', '什么时候发货'])).toEqual([]);
});

test('personal data is masked', () => {
  expect(maskPersonalData('call +1 415 555 0100 or 138 1234 5678, card 6222021234567890123')).toBe(
    'call +14****0100 or 138****5678, card 6222****0123',
  );
});

test.each([
  ['CALM', '发票怎么开'],
  ['CALM', '垃圾几点收'],
  ['UNHAPPY', '等了很久还是没人管'],
  ['UNHAPPY', 'WHERE IS MY ORDER NOW'],
  ['ANGRY', '你们这帮骗子'],
  ['ANGRY', '太慢了!!!'],
  ['ANGRY', 'this is bullshit'],
])('%s: %s', (mood, text) => {
  expect(moodOf(messages(text))).toBe(mood);
});

test('dangers and anger are urgent', () => {
  expect(urgencyOf(messages('家里漏水了'), 'CALM')).toBe('HIGH');
  expect(urgencyOf(messages('发票怎么开'), 'ANGRY')).toBe('HIGH');
  expect(urgencyOf(messages('发票怎么开'), 'CALM')).toBe('NORMAL');
});

test('a packet is bounded and masked', () => {
  const packet = createHandoffPacket({
    facts: [],
    said: ['我是13812345678'],
    about: [`找13812345678 ${'很'.repeat(500)}`],
    tried: ['a', 'a', 'b'],
    openQuestions: ['一', '一', '二'],
  });
  expect(packet.wants).toMatch(/^找138\*\*\*\*5678 /);
  expect(packet.wants.length).toBeLessThanOrEqual(201);
  expect(packet).toMatchObject({
    tried: ['a', 'b'],
    openQuestions: ['一', '二'],
    mood: 'CALM',
    urgency: 'NORMAL',
  });
});
