import type { PassiveContent } from '../wire/passive-reply';

const ofAnswer = '正在为您查询，请稍候…\nOne moment, please: we are looking into it.';
const ofKept =
  '正在为您查询，请稍后发送任意内容查看结果。\nWe are looking into it. Write to us again in a moment to see the answer.';

/**
 * What a customer is told while the answer is not there. Both languages: what the customer speaks is not known here.
 * @param kept the account may only answer, so the answer waits for what the customer writes next
 */
export function holdingText(kept: boolean): PassiveContent {
  return { type: 'text', text: kept ? ofKept : ofAnswer };
}
