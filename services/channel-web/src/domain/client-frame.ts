import { sanitizeText } from '@omnigate/runtime';
import { z } from 'zod';

/** Characters (code points) that one message may have. */
export const maxTextCharacters = 8_000;

const maxCommentCharacters = 1_000;

/** Bytes that one frame or request body may have. */
export const maxFrameBytes = 64 * 1024;

// A text has at most as many code points as UTF-16 units, so the exact count is needed only above the limit.
const isShortEnough = (text: string) =>
  text.length <= maxTextCharacters || [...text].length <= maxTextCharacters;

const cleanText = z
  .string()
  .transform(sanitizeText)
  .refine((text) => text.trim() !== '', 'empty')
  .refine(isShortEnough, 'longer than 8,000 characters');
const label = z.string().max(500).transform(sanitizeText);
const seq = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** The page's own id of a message: 1 to 64 printable ASCII characters. */
export const cidSchema = z.string().regex(/^[\x21-\x7e]{1,64}$/);

/** What the visitor says: a text, or an option of a menu. */
export const textSchema = z.object({ text: cleanText });
/** An option of a menu as it was shown. */
export const choiceSchema = z.object({ id: label.refine((id) => id !== '', 'empty'), label });

/** What the visitor thinks of the conversation whose end the event `of` told. */
export const ratingSchema = z.object({
  of: z.uuid(),
  score: z.number().int().min(1).max(5),
  comment: z
    .string()
    .transform((text) => sanitizeText(text).trim())
    .refine((text) => [...text].length <= maxCommentCharacters, 'longer than 1,000 characters')
    .default(''),
});

const frameSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), token: z.string().max(2_000), after_seq: seq.default(0) }),
  z.object({ t: z.literal('msg'), cid: cidSchema, ...textSchema.shape }),
  z.object({ t: z.literal('choice'), cid: cidSchema, ...choiceSchema.shape }),
  z.object({ t: z.literal('rate'), cid: cidSchema, ...ratingSchema.shape }),
  z.object({ t: z.literal('typing') }),
  z.object({ t: z.literal('ack'), seq }),
  z.object({ t: z.literal('read'), seq }),
]);

/** A frame from the page; README.md tells what each means. */
export type ClientFrame = z.infer<typeof frameSchema>;

/** A frame that can't be used; `cid` when it was a message whose content is at fault. */
export interface BadFrame {
  t: 'bad';
  code: 'PAYLOAD_MALFORMED' | 'MESSAGE_INVALID';
  cid?: string;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads one frame of at most 64 KiB.
 * @param text UTF-8 as the socket gave it
 */
export function parseClientFrame(text: string): ClientFrame | BadFrame {
  const raw = parseJson(text);
  const parsed = frameSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const message = z.object({ t: z.enum(['msg', 'choice', 'rate']), cid: cidSchema }).safeParse(raw);
  if (message.success) return { t: 'bad', code: 'MESSAGE_INVALID', cid: message.data.cid };
  return { t: 'bad', code: 'PAYLOAD_MALFORMED' };
}
