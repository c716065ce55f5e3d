/** Lines beyond these are nobody's typing; bounds the work on a hostile mail. */
const maxLines = 20_000;
/** An attribution is wrapped by mail programs over so many lines at most. */
const attributionLines = 4;
const maxAttributionCharacters = 500;

/** `On Monday … wrote:`, `在 2026年… 写道：`, `小王 <w@x.cn> 于2026年…写道：` and what others write for it. */
const attribution = [
  /^(?:on|at|am|le|el|il|op|den|em)\s.{3,}\s(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu)\b.{0,60}[:：]$/i,
  /^(?:在|于|於).{3,}(?:写道|寫道|写到|寫到)\s*[:：]$/,
  /^.{1,200}(?:于|於|在)\s*\d{4}.{3,}(?:写道|寫道)\s*[:：]$/,
  /^\d{4}年\d{1,2}月\d{1,2}日.{0,200}[:：]$/,
];
const attributionBegins = /^(?:on|at|am|le|el|il|op|den|em)\s|^(?:在|于|於)|(?:于|於|在)\s*\d{4}|^\d{4}年/i;

/** `-----Original Message-----`, `------------------ 原始邮件 ------------------`, `---- 回复的原邮件 ----`. */
const separator =
  /^\s*[-_—*]{2,}\s*(?:original message|original-nachricht|message d'origine|forwarded message|forwarded by.{0,100}|(?:回复的)?原(?:始|來)?(?:邮件|郵件|信件)|回复的原邮件|转发(?:的)?(?:邮件|郵件|信息)|轉寄的郵件|元のメッセージ)\s*[-_—*]{2,}/i;
/** Lines of the block that Outlook and Foxmail put above what they quote. */
const headerFrom = /^\s*[*|]*\s*(?:from|von|de|发件人|發件人|寄件者|寄件人|差出人)\s*[*|]*\s*[:：]/i;
const headerOther =
  /^\s*[*|]*\s*(?:sent|date|to|cc|subject|gesendet|an|betreff|发送时间|发送日期|日期|时间|收件人|抄送|抄送人|主题|傳送時間|寄件日期|收件者|副本|主旨|送信日時|宛先|件名)\s*[*|]*\s*[:：]/i;
const headerBlockLines = 6;

const signatureMark = /^--\s?$/;
const deviceSignature =
  /^\s*(?:发自我的|發自我的|从我的.{1,30}(?:发送|發送)|發送自我的|发自.{1,20}(?:邮箱|手机|手機|大师|客户端)|sent from (?:my|outlook|yahoo|mail|samsung)|get outlook for|获取\s*outlook|iphoneから送信|von meinem .{1,30} gesendet|envoyé de mon)/i;
const deviceSignatureLines = 3;
/** A line that is nothing but the end of a letter. Not `Thanks` and `谢谢`: people go on after them. */
const signOff =
  /^\s*(?:(?:with\s+)?(?:best|kind(?:est)?|warm(?:est)?)\s+(?:regards|wishes)|regards|(?:yours\s+)?(?:sincerely|faithfully|truly)(?:\s+yours)?|此致(?:\s*敬[礼禮])?|敬[礼禮]|祝好|(?:顺祝|順祝|顺颂|順頌|即颂|即頌|敬颂|敬頌).{0,10})[\s,，.。!！]*$/i;
const maxSignatureLines = 10;
const maxSignatureLine = 100;
/** Who adds something below their name asks or says so. */
const addition = /[?？]|^\s*(?:p\.?\s?s\b|附[:：]|另[:：外]|又及)/i;

const isBlank = (line: string): boolean => line.trim() === '';
const isQuoted = (line: string): boolean => /^\s{0,3}[>＞]/.test(line);

/**
 * What a customer has written anew: without what their mail program quoted of earlier mails, and without signatures.
 *
 * @param text of a mail.
 * @returns all of it where nothing would be left, as with a mail that was forwarded without a word.
 */
export function newText(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n', maxLines);
  const written = trimmed(withoutSignature(withoutQuotes(lines)));
  return written === '' ? trimmed(lines) : written;
}

const trimmed = (lines: readonly string[]): string =>
  lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

function withoutQuotes(lines: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] as string;
    if (isQuoted(line)) continue;
    if (separator.test(line) || beginsHeaderBlock(lines, index)) break;
    const length = attributionLength(lines, index);
    if (length === 0) {
      kept.push(line);
      continue;
    }
    // Answers may stand between quoted lines; where the quoted ones have no mark, the rest is quoted.
    const next = lines.slice(index + length).find((later) => !isBlank(later));
    if (next === undefined || !isQuoted(next)) break;
    index += length - 1;
  }
  return kept;
}

/** Lines that an attribution takes here; 0 where none begins. */
function attributionLength(lines: readonly string[], start: number): number {
  if (!attributionBegins.test((lines[start] as string).trim())) return 0;
  let joined = '';
  for (let length = 1; length <= attributionLines; length += 1) {
    const line = lines[start + length - 1]?.trim();
    if (!line) return 0;
    joined = `${joined} ${line}`.trim();
    if (joined.length > maxAttributionCharacters) return 0;
    if (attribution.some((pattern) => pattern.test(joined))) return length;
  }
  return 0;
}

function beginsHeaderBlock(lines: readonly string[], start: number): boolean {
  if (!headerFrom.test(lines[start] as string)) return false;
  const following = lines.slice(start + 1, start + 1 + headerBlockLines);
  return following.filter((line) => headerOther.test(line)).length >= 2;
}

function withoutSignature(lines: readonly string[]): readonly string[] {
  const mark = lines.findIndex((line) => signatureMark.test(line));
  const kept = [...(mark > 0 ? lines.slice(0, mark) : lines)];
  for (let looked = 0; looked < deviceSignatureLines; looked += 1) {
    while (
      kept.length > 0 &&
      (isBlank(kept.at(-1) as string) || /^\s*[_-]{5,}\s*$/.test(kept.at(-1) as string))
    )
      kept.pop();
    if (kept.length > 0 && deviceSignature.test(kept.at(-1) as string)) kept.pop();
  }
  const end = kept.findIndex((line) => signOff.test(line));
  return end > 0 && isSignature(kept.slice(end + 1)) ? kept.slice(0, end) : kept;
}

/** Name, post, company, telephone: a few short lines. What is longer may say something. */
function isSignature(lines: readonly string[]): boolean {
  const written = lines.filter((line) => !isBlank(line));
  const isShort = (line: string): boolean => line.length <= maxSignatureLine && !addition.test(line);
  return written.length <= maxSignatureLines && written.every(isShort);
}
