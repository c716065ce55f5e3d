import type { HandoffFact, HandoffPacket } from './bot-result';
import { moodOf, urgencyOf } from './mood';
import { foldText } from './normalise';
import { emailsIn, maskEmail, maskPersonalData, maskPhone, phonesIn } from './personal-data';

type Extract = (text: string) => string[];

const groups =
  (pattern: RegExp): Extract =>
  (text) =>
    [...text.matchAll(pattern)].map((match) => (match[1] ?? match[0]).trim());

const EXTRACTORS: readonly (readonly [HandoffFact['name'], Extract])[] = [
  [
    'order_number',
    groups(
      /(?:订单编号|订单号码|订单号|订单|运单号|快递单号|单号|order\s*(?:number|no\.?|id)?|tracking\s*(?:number|no\.?))\s*(?:是|为|is)?\s*[:：#]?\s*#?((?=[A-Za-z-]*\d)[A-Za-z0-9][A-Za-z0-9-]{4,31})/gi,
    ),
  ],
  [
    'room',
    groups(
      /([A-Za-z0-9一二三四五六七八九十]{1,4}(?:栋|幢|号楼|座|#楼?)\s*(?:[0-9一二三四五六七八九十]{1,2}\s*单元)?\s*\d{2,5}\s*(?:室|房|号)?|\d{1,3}-\d{1,2}-\d{3,5}(?!\d)|\d{3,5}(?:室|房)(?!间)|(?:room|apartment|apt\.?|flat|unit|suite)\s*#?[A-Z]?\d{1,5}[A-Z]?\b)/gi,
    ),
  ],
  [
    'fault_code',
    groups(
      /(?:故障码|故障代码|错误码|错误代码|报错|显示|fault\s*code|error\s*code|error|code)\s*(?:是|为|is)?\s*[:：]?\s*([A-Za-z]{1,3}-?\d{1,4})(?![A-Za-z0-9])/gi,
    ),
  ],
  [
    'amount',
    groups(
      /([¥￥$€£]\s?\d[\d,]*(?:\.\d{1,2})?|\d[\d,]*(?:\.\d{1,2})?\s?(?:元|块钱|块|万元|usd|dollars|yuan|rmb))/gi,
    ),
  ],
  ['phone', (text) => phonesIn(text).map(maskPhone)],
  ['email', (text) => emailsIn(text).map(maskEmail)],
];
const LONGEST_WISH = 200;
const MOST_FACTS = 12;

/** Facts in what a customer wrote, each once, in the order of the extractors. */
export function factsIn(texts: readonly string[]): HandoffFact[] {
  const facts = new Map<string, HandoffFact>();
  for (const [name, extract] of EXTRACTORS) {
    for (const text of texts) {
      for (const value of extract(text.normalize('NFKC').slice(0, 2_000)))
        facts.set(`${name} ${value}`, { name, value });
    }
  }
  return [...facts.values()].slice(0, MOST_FACTS);
}

const cut = (text: string): string => {
  const characters = Array.from(
    new Intl.Segmenter().segment(text.slice(0, 4 * LONGEST_WISH)),
    (part) => part.segment,
  );
  let kept = '';
  for (const character of characters) {
    if (kept.length + character.length > LONGEST_WISH) return `${kept.trimEnd()}…`;
    kept += character;
  }
  return kept;
};

/**
 * The packet by rules.
 *
 * @param said what the customer wrote in the conversation, in order
 * @param about the texts that say what is wanted, in order
 */
export function createHandoffPacket(o: {
  said: readonly string[];
  about: readonly string[];
  tried: readonly string[];
  openQuestions: readonly string[];
  /** What is known besides. */
  facts: readonly HandoffFact[];
}): HandoffPacket {
  const recent = o.said.slice(-10);
  const last = recent.slice(-3).map((text) => ({ text, folded: foldText(text) }));
  const mood = moodOf(last);
  return {
    wants: cut(maskPersonalData(o.about.join(' / '))),
    facts: [...o.facts, ...factsIn(recent)].slice(0, MOST_FACTS),
    tried: [...new Set(o.tried)],
    openQuestions: [...new Set(o.openQuestions)]
      .slice(0, 8)
      .map((question) => cut(maskPersonalData(question))),
    mood,
    urgency: urgencyOf(last, mood),
  };
}
