import { type Content, Media } from '@omnigate/contracts';
import { fileKindOf, type WireContent, wireContentOf } from './wire-content';

/** What a visitor thinks of a conversation that has ended. */
export interface SaidRating {
  /** Id of the event that told its end. */
  of: string;
  /** 1 (bad) to 5 (good). */
  score: number;
  comment: string;
}

/** A file that a visitor sent, as the store took it. */
export interface SaidFile {
  mediaId: string;
  contentType: string;
  sizeBytes: number;
  fileName: string;
  thumbnailId: string;
}

/** What a visitor says: a text, an option of a menu, a rating, or a file. */
export type Said = { text: string } | { id: string; label: string } | SaidRating | SaidFile;

/** Translates what a visitor said to the canonical content. */
export function contentOf(said: Said): Content {
  if ('text' in said) return { kind: { $case: 'text', value: { body: said.text } } };
  if ('id' in said) return { kind: { $case: 'menuChoice', value: { id: said.id, label: said.label } } };
  if ('mediaId' in said) return fileContent(said);
  const detail = `${said.score} ${said.comment}`.trim();
  return { kind: { $case: 'event', value: { name: 'rated', detail } } };
}

function fileContent(file: SaidFile): Content {
  const value = Media.fromPartial({ ...file, sizeBytes: BigInt(file.sizeBytes) });
  return { kind: { $case: fileKindOf(file.contentType), value } };
}

/** What the visitor's own pages get of it. */
export function wireContentOfSaid(said: Said): WireContent {
  return 'score' in said ? { type: 'rating', ...said } : wireContentOf(contentOf(said));
}

/**
 * Names what was said among all that the visitor says: by the page's own id, or, since a conversation is rated once, by
 * the conversation. No cid has a space, so neither can be taken for the other.
 */
export const nameOfSaid = (cid: string, said: Said): string => ('score' in said ? `rated ${said.of}` : cid);
