/** Questions that the demo knowledge answers, so that each turn is one reply. */
export const questions = [
  '物业费怎么交',
  '停车费多少钱一个月',
  '发票怎么开',
  '退货要几天',
  'when will my order ship',
];
