/** The frames of services/channel-web/README.md as the page sees them. */

export type Role = 'customer' | 'bot' | 'agent' | 'system';

export interface MenuOption {
  id: string;
  label: string;
}

export type Content =
  | { type: 'text'; text: string }
  | { type: 'menu'; text: string; options: MenuOption[] }
  | { type: 'choice'; id: string; label: string }
  | { type: 'link'; url: string; title: string; text: string }
  | { type: 'card'; url: string; title: string; text: string }
  | { type: 'location'; latitude: number; longitude: number; label: string }
  | { type: 'image' | 'audio' | 'video' | 'file'; url: string; name: string; text: string }
  | { type: 'other' };

/** One event of the mailbox. */
export interface ChatMessage {
  seq: number;
  id: string;
  cid?: string;
  from: { role: Role; name: string };
  content: Content;
  /** RFC 3339. */
  time: string;
}

export type ServerFrame =
  | { t: 'ready'; last_seq: number; delivered_seq: number; read_seq: number; token?: string }
  | { t: 'ack'; cid: string; id: string; seq: number; time: string }
  | ({ t: 'message' } & ChatMessage)
  | { t: 'typing'; role: Role }
  | { t: 'receipt'; delivered_seq: number; read_seq: number }
  | { t: 'error'; code: string; cid?: string; retry_after_ms?: number };

/** What the visitor wrote and the server has not acknowledged. */
export interface Unsent {
  cid: string;
  text?: string;
  choice?: MenuOption;
  /** Milliseconds since 1970, the page's clock. */
  time: number;
}

/** Characters that one message may have. */
export const maxTextCharacters = 8000;
