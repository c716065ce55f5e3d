/** How a customer's own things are told, in one language. */
export interface OwnDataTexts {
  /** Before several; {count} of them there are, {shown} are shown. */
  orders: string;
  bills: string;
  /** Before the newest of many. */
  someOrders: string;
  someBills: string;
  order: string;
  updated: string;
  expected: string;
  due: string;
  between: string;
  /** {number} is what the customer wrote. */
  unknownNumber: string;
  away: string;
  closing: string;
}

const ZH: OwnDataTexts = {
  orders: '为您查到 {count} 个订单：',
  bills: '您有 {count} 笔待缴费用：',
  someOrders: '为您查到 {count} 个订单，最近 {shown} 个：',
  someBills: '您有 {count} 笔待缴费用，前 {shown} 笔：',
  order: '订单 {value}：',
  updated: '{value} 更新',
  expected: '预计 {value} 送达',
  due: '请在 {value} 前缴纳',
  between: '，',
  unknownNumber: '在您名下没有查到 {number}。',
  away: '暂时查不到您本人的信息，以下是一般说明：',
  closing: '如有疑问，回复“转人工”。',
};

const EN: OwnDataTexts = {
  orders: 'You have {count} orders:',
  bills: 'You have {count} bills to pay:',
  someOrders: 'You have {count} orders; the newest {shown}:',
  someBills: 'You have {count} bills to pay; the first {shown}:',
  order: 'Order {value}: ',
  updated: 'updated {value}',
  expected: 'expected {value}',
  due: 'due {value}',
  between: ', ',
  unknownNumber: 'There is no {number} under your name.',
  away: 'I can not look up your own details just now. In general:',
  closing: 'Reply "agent" if something is not right.',
};

/** The texts of a language; English where there are none. */
export const ownDataTexts = (language: string): OwnDataTexts => (language === 'zh' ? ZH : EN);
