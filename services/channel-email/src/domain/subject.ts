const maxSubjectCharacters = 400;
/** As mail programs write them in front of a reply or a forwarded mail; some count: `Re[2]:`. */
const prefix =
  /^\s*(?:re|fwd?|aw|wg|sv|vs|tr|rif|回复|答复|回覆|答覆|转发|轉發|轉寄|转寄|返信|転送)\s*(?:[[(（]\d{1,3}[\])）])?\s*[:：]/i;

/**
 * A subject on one line, of a length that every server takes.
 *
 * @param subject as decoded from its header.
 */
export const subjectLine = (subject: string): string =>
  subject
    .replace(/[\u0000-\u001f\u007f\u2028\u2029\s]+/g, ' ')
    .trim()
    .slice(0, maxSubjectCharacters)
    .toWellFormed();

/** What a subject says without the marks of replying and forwarding. */
export function bareSubject(subject: string): string {
  let bare = subjectLine(subject);
  for (let found = prefix.exec(bare); found; found = prefix.exec(bare)) bare = bare.slice(found[0].length);
  return bare.trim();
}

/** The same for all mails of one exchange. */
export const subjectKey = (subject: string): string => bareSubject(subject).toLowerCase();

/** The subject of an answer. */
export const replySubject = (subject: string): string => `Re: ${bareSubject(subject)}`.trim();
