/** What a message in a chat says. */
export type ShownContent =
  | { type: 'text'; text: string }
  | { type: 'image' | 'voice' | 'video'; mediaId: string }
  | { type: 'news'; title: string; description: string; url: string }
  | { type: 'menu'; head: string; options: { id: string; content: string }[]; tail: string };

/** One message in the chat of a follower with the account. */
export interface ShownMessage {
  /** Rises by one within a chat. */
  seq: number;
  /** `user` wrote it; the account's answered by `passive` reply or by a `customer-service` message; `system` is WeChat's own. */
  by: 'user' | 'passive' | 'customer-service' | 'system';
  content: ShownContent | { type: string; [field: string]: unknown };
  /** Unix ms. */
  atMs: number;
}

/** The chats of all followers, as their phones show them. */
export interface Chats {
  show(openId: string, by: ShownMessage['by'], content: ShownMessage['content']): void;
  /** @param after only what came after this seq */
  of(openId: string, after?: number): ShownMessage[];
  /** Everything that the account said, to whomever, in order. */
  said: { openId: string; message: ShownMessage }[];
}

/** What WeChat says in place of an account that does not answer as it must. */
export const outOfOrder = '该公众号暂时无法提供服务，请稍后再试';

/** Makes empty chats. */
export function createChats(): Chats {
  const chats = new Map<string, ShownMessage[]>();
  const said: Chats['said'] = [];
  return {
    said,
    show(openId, by, content) {
      const chat = chats.get(openId) ?? [];
      const message = { seq: chat.length + 1, by, content, atMs: Date.now() };
      chats.set(openId, [...chat, message]);
      if (by === 'passive' || by === 'customer-service') said.push({ openId, message });
    },
    of: (openId, after = 0) => (chats.get(openId) ?? []).slice(after),
  };
}

/** The words of a message as they are shown; of one without words its type. */
export function shownWords(content: ShownMessage['content']): string {
  const { text, title, head, type } = content as Record<string, unknown>;
  return String(text ?? title ?? head ?? type);
}
