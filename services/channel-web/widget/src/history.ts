import type { ChatMessage } from './protocol';

/** Events of the mailbox that a reloaded page shows again; earlier ones on request, as many at once. */
export const shownAfterReload = 100;

/**
 * Asks for events before one, without telling that they have arrived.
 * @returns oldest first
 */
export async function eventsBefore(url: string, token: string, beforeSeq: number): Promise<ChatMessage[]> {
  const after = Math.max(0, beforeSeq - 1 - shownAfterReload);
  const response = await fetch(
    `${url}/messages?after_seq=${after}&limit=${beforeSeq - 1 - after}&wait=0&ack=0`,
    { headers: { authorization: `Bearer ${token}` } },
  );
  if (!response.ok) throw new Error(`messages: ${response.status}`);
  return ((await response.json()) as { messages: ChatMessage[] }).messages;
}
