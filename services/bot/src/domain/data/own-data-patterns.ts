/** What a customer may ask about their own things: the look-up's name, words that ask for it, words that ask for something else. */
export interface OwnDataPattern {
  lookup: 'orders' | 'fees';
  /** Tried on folded text. */
  asks: readonly RegExp[];
  /** A question that matches one of these is a general one. */
  general: RegExp;
}

// Every repetition is bounded, so that no text takes more than time in proportion to its length.
const things = '(?:快递|包裹|物流|订单|运单|我的货)';
const notYet = '(?:怎么|还|一直|怎么还|为什么还)(?:没|不)有?(?:到|收到|发|送|派|动|更新)';
const parcels = '(?:orders?|packages?|parcels?|delivery|deliveries|shipments?)';
const moves =
  '\\b(?:ship(?:s|ped|ping)?|arriv(?:e|es|ed|ing)|com(?:e|es|ing)|deliver(?:ed|y)?|get here|dispatch(?:ed)?|sent|send|here|mov(?:ed|ing)|processing)\\b';
const bills = '(?:物业费|物管费|物业管理费|管理费|水费|电费|燃气费|煤气费|水电费|房租|账单)';
const charges = '(?:bills?|rent|fees?|charges?|balance)';

/** What is looked up for a customer, where a connector declares it. */
export const OWN_DATA_PATTERNS: readonly OwnDataPattern[] = [
  {
    lookup: 'orders',
    asks: [
      new RegExp(`${things}.{0,12}(?:到哪|到了哪|走到哪|在哪|哪了|哪里了|到了[吗没么]|${notYet})`),
      new RegExp(`${things}.{0,8}(?:什么时候|何时|几时|啥时候).{0,6}(?:到|发|送|寄)`),
      /(?:什么时候|何时|几时|啥时候).{0,6}发货/,
      /(?:还|怎么|咋|一直)没(?:有)?(?:发货|到货|收到货)/,
      new RegExp(`${things}.{0,6}(?:进度|状态|发货了?[吗没么])`),
      new RegExp(`(?:查|看|催)(?:一?下|询|查)?(?:一?下)?(?:我的|我)?(?:${things}|发货)`),
      /发货了?[吗没么]/,
      new RegExp(`\\bwhere(?:'s| is| are)? (?:my|the) (?:\\w{1,12} )?${parcels}\\b`),
      new RegExp(`\\b(?:track|check|trace) (?:where )?(?:my|the|an?) (?:\\w{1,12} )?${parcels}\\b`),
      new RegExp(
        `\\b(?:when|has|have|hasn't|haven't|did|didn't|will|is|isn't|why) .{0,24}\\bmy (?:\\w{1,12} )?${parcels}\\b.{0,24}${moves}`,
      ),
      new RegExp(`\\bmy (?:\\w{1,12} )?${parcels} (?:status|is late|has not|hasn't|did not|didn't|never)\\b`),
      new RegExp(`\\bstatus of (?:my|the) (?:\\w{1,12} )?${parcels}\\b`),
      /^(?:我的)?(?:订单编?号?|运单号|快递单号|单号|order(?: number| no\.?)?)[^\p{L}\p{N}]{0,4}(?:是|is )?[^\p{L}\p{N}]{0,4}(?=[a-z-]*\d)[a-z0-9-]{5,32}$/u,
    ],
    general:
      /怎么查|如何查|哪里查|哪里可以查|哪里看|在哪查|在哪看|柜|取件码|驿站|退货|退款|换货|取消|改地址|地址|发票|几天|多久|丢|坏|破|how (?:do|can|to)|how long|cancel|return|refund|exchange|invoice|address|lost|damaged|broken|missing|abroad|internationally/,
  },
  {
    lookup: 'fees',
    asks: [
      new RegExp(`${bills}.{0,4}(?:是|一共|总共|还|共)?(?:欠|要|该|应|得)?(?:交|缴|付)?(?:多少|几多|多少钱)`),
      /(?:我|我家|我们家|本期|本月|这个月|这季度|本季度).{0,8}(?:欠|待缴|没交|未交|没缴).{0,8}(?:费|多少|账单)/,
      /(?:我|我家|我们家|本期|本月|这个月|这季度|本季度).{0,8}(?:该|要|应)(?:该)?(?:交|缴|付).{0,8}多少/,
      /欠了?(?:多少|几个月)?.{0,4}(?:费|钱)/,
      new RegExp(`(?:查|看)(?:一?下|询|查)?(?:一?下)?(?:我的|我家的?)?(?:欠费|费用|${bills})`),
      /\b(?:how much|what) (?:do|did) (?:i|we) (?:still )?owe\b/,
      new RegExp(`\\bhow much (?:is|are) my (?:\\w{1,14} )?${charges}\\b`),
      /\bhow much (?:is|are) (?:the|my) (?:property|management|service|maintenance) (?:fees?|charges?)\b/,
      new RegExp(`\\b(?:is|are|check|show)(?: me)? my (?:\\w{1,14} )?${charges}\\b`),
      /\b(?:my|any) outstanding\b/,
    ],
    general:
      /怎么|如何|哪里|在哪|方式|标准|单价|一平|每平|平方|平米|一个月|每个?月|一年|每年|一天|小时|面积|逾期|滞纳|违约|后果|发票|收据|how (?:do|can|to)|where|per |refund|deposit|receipt|invoice/,
  },
];
