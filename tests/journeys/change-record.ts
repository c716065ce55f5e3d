import type { ConversationChanged, ConversationServiceService } from '@omnigate/contracts';
import type { Client } from '@omnigate/rpc';

/** Changes as one watch tells them. */
export interface ChangeRecord {
  changes: ConversationChanged[];
  /** Continues after the last change told. */
  resumeToken(): string;
  stop(): void;
}

/**
 * Watches conversations and keeps what is told.
 *
 * @param conversations the client.
 * @param resumeToken where to go on; empty for now.
 * @returns the record, once the stream has begun.
 */
export async function recordChanges(
  conversations: Client<ConversationServiceService>,
  resumeToken = '',
): Promise<ChangeRecord> {
  const changes: ConversationChanged[] = [];
  const stop = new AbortController();
  let token = resumeToken;
  await new Promise<void>((resolve, reject) => {
    const read = async () => {
      for await (const told of conversations.watchConversations({ resumeToken }, { signal: stop.signal })) {
        token = told.resumeToken;
        if (told.change) changes.push(told.change);
        resolve();
      }
    };
    read().catch((error: unknown) => (stop.signal.aborted ? undefined : reject(error)));
  });
  return { changes, resumeToken: () => token, stop: () => stop.abort() };
}
