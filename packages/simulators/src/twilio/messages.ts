/** One message that the simulator has taken. */
export interface SimulatedMessage {
  sid: string;
  to: string;
  /** Number or messaging service. */
  from: string;
  body: string;
  /** Links to its files. */
  mediaUrls: string[];
  statusCallback: string;
  /** Unix ms when the request was whole. */
  acceptedMs: number;
  /** It was answered as taken while the caller's connection stood; the answer may still have been lost on its way. */
  answered: boolean;
}

/** What Twilio answers: HTTP status, and its own code and text. */
export interface TwilioRefusal {
  status: number;
  code: number;
  message: string;
}

/** What the simulator checks a send against. */
export interface SendRules {
  accountSid: string;
  authToken: string;
  /** Numbers and messaging services that the account owns; empty: any. */
  senders: ReadonlySet<string>;
  /** Pairs `from|to` that have opted out. */
  optedOut: ReadonlySet<string>;
}

const e164 = /^\+[1-9]\d{6,14}$/;
const shortCode = /^\d{3,8}$/;
// Alphanumeric sender ids: up to 11 letters, digits and blanks, at least one letter.
const alphanumeric = /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/;
const messagingService = /^MG/;
const maxBodyCharacters = 1_600;
const maxMedia = 10;

/**
 * Judges a send as Twilio does. Source: Twilio's "Error and Warning Dictionary" and the reference of the Message resource.
 * @param authorization the header as it came
 * @param account sid of the URL's path
 * @returns undefined where Twilio takes it
 */
export function refusalOf(
  rules: SendRules,
  request: { authorization: string | undefined; account: string; form: URLSearchParams },
): TwilioRefusal | undefined {
  const { form } = request;
  const credentials = `Basic ${Buffer.from(`${rules.accountSid}:${rules.authToken}`).toString('base64')}`;
  if (request.authorization !== credentials) return { status: 401, code: 20003, message: 'Authenticate' };
  if (request.account !== rules.accountSid) {
    return { status: 404, code: 20404, message: 'The requested resource was not found' };
  }
  const to = form.get('To') ?? '';
  const from = form.get('MessagingServiceSid') ?? form.get('From') ?? '';
  const body = form.get('Body') ?? '';
  if (to === '') return bad(21604, "A 'To' phone number is required.");
  if (!e164.test(to) && !shortCode.test(to)) return bad(21211, "Invalid 'To' Phone Number");
  if (from === '') return bad(21603, "A 'From' phone number is required.");
  const media = form.getAll('MediaUrl');
  return (
    refusedSender(rules, from) ??
    refusedMedia(media) ??
    refusedBody(rules, { to, from, body, media: media.length > 0 })
  );
}

function bad(code: number, message: string): TwilioRefusal {
  return { status: 400, code, message };
}

function refusedSender(rules: SendRules, from: string): TwilioRefusal | undefined {
  const shaped = [e164, shortCode, alphanumeric, messagingService].some((shape) => shape.test(from));
  if (!shaped) return bad(21212, "Invalid 'From' Phone Number");
  if (rules.senders.size > 0 && !rules.senders.has(from)) {
    return messagingService.test(from)
      ? bad(21701, 'The Messaging Service does not exist')
      : bad(21606, "The 'From' phone number provided is not a valid message-capable Twilio phone number.");
  }
  return undefined;
}

function refusedMedia(urls: readonly string[]): TwilioRefusal | undefined {
  if (urls.length > maxMedia) return bad(21623, 'Number of media files exceeds allowed limit');
  const invalid = urls.some((url) => !/^https?:$/.test(URL.parse(url)?.protocol ?? ''));
  return invalid ? bad(21620, 'Invalid media URL(s)') : undefined;
}

function refusedBody(
  rules: SendRules,
  { to, from, body, media }: { to: string; from: string; body: string; media: boolean },
): TwilioRefusal | undefined {
  if (body === '' && !media) return bad(21602, 'Message body is required.');
  if ([...body].length > maxBodyCharacters) {
    return bad(21617, 'The concatenated message body exceeds the 1600 character limit.');
  }
  if (rules.optedOut.has(`${from}|${to}`)) return bad(21610, 'Attempt to send to unsubscribed recipient');
  return undefined;
}

const stopWords = new Set(['STOP', 'UNSUBSCRIBE', 'END', 'QUIT', 'STOPALL', 'REVOKE', 'OPTOUT', 'CANCEL']);
const startWords = new Set(['START', 'YES', 'UNSTOP']);

/** What a customer's message means to Twilio itself. */
export function consentOf(body: string): 'stop' | 'start' | undefined {
  const word = body.trim().toUpperCase();
  if (stopWords.has(word)) return 'stop';
  return startWords.has(word) ? 'start' : undefined;
}
