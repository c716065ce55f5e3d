/** The frames of services/channel-web/README.md as the page sees them. */

export type Role = 'customer' | 'bot' | 'agent' | 'system';

export interface MenuOption {
  id: string;
  label: string;
}

/** What a message says, and the files that came besides. */
export type Content = ContentKind & { attachments?: FileContent[] };

type ContentKind =
  | { type: 'text'; text: string }
  | { type: 'menu'; text: string; options: MenuOption[] }
  | { type: 'choice'; id: string; label: string }
  | { type: 'link'; url: string; title: string; text: string }
  | { type: 'card'; url: string; title: string; text: string }
  | { type: 'location'; latitude: number; longitude: number; label: string }
  | FileContent
  | { type: 'resolved' }
  | ({ type: 'rating' } & Rating)
  | { type: 'other' };

export interface FileContent {
  type: 'image' | 'audio' | 'video' | 'file';
  /** A path of the server for files that it keeps. */
  url: string;
  thumbnail_url: string;
  name: string;
  text: string;
  /** Bytes; 0 when unknown. */
  size: number;
}

/** What the visitor thinks of a conversation that has ended. */
export interface Rating {
  /** Id of the event that told its end. */
  of: string;
  /** 1 to 5. */
  score: number;
  comment: string;
}

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
  rating?: Rating;
  /** Goes by itself, beside the others; a reloaded page has it no more. */
  file?: File;
  /** Milliseconds since 1970, the page's clock. */
  time: number;
}

/** Bytes that a file may have. */
export const maxFileBytes = 20 * 1024 * 1024;

/** Characters that a rating's comment may have. */
export const maxCommentCharacters = 1000;

/** Characters that one message may have. */
export const maxTextCharacters = 8000;
