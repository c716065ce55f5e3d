import { type ClaimedDelivery, type ProviderHttp, plainText, textLength } from '@omnigate/channel-kit';
import { MessageSend, type ResolvedChannel } from '@omnigate/contracts';
import { maxTextBytes } from '../manifest';
import { type Part, partsOf } from '../outbound/message-body';
import type { Uploads } from '../outbound/uploads';
import type { PassiveContent } from '../wire/passive-reply';

/** A passive reply, and what of the claimed deliveries it says. */
export interface ComposedReply {
  content: PassiveContent;
  said: ClaimedDelivery[];
}

/** What composing stands on. */
export interface ComposeDeps {
  uploads: Uploads;
  http(channel: ResolvedChannel): ProviderHttp;
}

/**
 * Makes one passive reply of the first of what was claimed, and of the texts that follow it as far as one message holds
 * them. A menu is written as numbered lines there.
 * @param o.uploads also files, which takes time; else they go by the customer-service interface
 * @returns undefined where the first can't be said in a passive reply
 * @throws AppError what an upload throws
 */
export async function composeReply(
  deps: ComposeDeps,
  channel: ResolvedChannel,
  claimed: readonly ClaimedDelivery[],
  o: { uploads: boolean },
): Promise<ComposedReply | undefined> {
  const [first, ...others] = claimed;
  const part = first && onlyPart(first);
  if (!part) return undefined;
  if (part.kind !== 'file' && part.kind !== 'article') return joinTexts(first, part, others);
  if (part.kind === 'article') {
    const { title, description, url } = part;
    return { content: { type: 'news', title: title || url, description, url }, said: [first] };
  }
  if (!o.uploads) return undefined;
  const mediaId = await deps.uploads.put(channel, part.media, part.type, deps.http(channel));
  const { fileName: title, caption: description } = part.media;
  const content: PassiveContent =
    part.type === 'video' ? { type: 'video', mediaId, title, description } : { type: part.type, mediaId };
  return { content, said: [first] };
}

type Words = Exclude<Part, { kind: 'file' } | { kind: 'article' }>;

function joinTexts(
  first: ClaimedDelivery,
  part: Words,
  others: readonly ClaimedDelivery[],
): ComposedReply | undefined {
  let text = wordsOf(part);
  if (text.trim() === '' || textLength(text, 'bytes') > maxTextBytes) return undefined;
  const said = [first];
  for (const each of others) {
    const next = onlyPart(each);
    if (!next || next.kind === 'file' || next.kind === 'article') break;
    const joined = `${text}\n\n${wordsOf(next)}`;
    if (textLength(joined, 'bytes') > maxTextBytes) break;
    text = joined;
    said.push(each);
  }
  return { content: { type: 'text', text }, said };
}

function wordsOf(part: Words): string {
  if (part.kind === 'text') return part.text;
  const options = part.options.map(({ id, label }) => ({ id, label }));
  return plainText({ kind: { $case: 'menu', value: { body: part.body, options } } }) ?? '';
}

/** A passive reply is one message, so what takes several is none. */
function onlyPart({ payload }: ClaimedDelivery): Part | undefined {
  const send = payload ? MessageSend.decode(payload) : undefined;
  const parts = send?.content && partsOf(send.content, send.attachments);
  return parts?.length === 1 ? parts[0] : undefined;
}
