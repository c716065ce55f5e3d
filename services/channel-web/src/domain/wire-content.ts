import type { Content, Media } from '@omnigate/contracts';

/** Content as the page gets it; README.md lists the kinds. */
export type WireContent =
  | { type: 'text'; text: string }
  | { type: 'menu'; text: string; options: { id: string; label: string }[] }
  | { type: 'choice'; id: string; label: string }
  | { type: 'link' | 'card'; url: string; title: string; text: string }
  | { type: 'location'; latitude: number; longitude: number; label: string }
  | { type: 'image' | 'audio' | 'video' | 'file'; url: string; name: string; text: string }
  | { type: 'resolved' }
  | { type: 'rating'; of: string; score: number; comment: string }
  | { type: 'other' };

const media = (type: 'image' | 'audio' | 'video' | 'file', value: Media): WireContent => ({
  type,
  url: value.providerUrl,
  name: value.fileName,
  text: value.caption,
});

/**
 * Translates a message's content for the page. Kinds that a page can't show become `other`, so the visitor still learns
 * that something came.
 */
export function wireContentOf(content: Content | undefined): WireContent {
  const kind = content?.kind;
  switch (kind?.$case) {
    case 'text':
      return { type: 'text', text: kind.value.body };
    case 'menu':
      return {
        type: 'menu',
        text: kind.value.body,
        options: kind.value.options.map(({ id, label }) => ({ id, label })),
      };
    case 'menuChoice':
      return { type: 'choice', id: kind.value.id, label: kind.value.label };
    case 'link':
      return { type: 'link', url: kind.value.url, title: kind.value.title, text: kind.value.description };
    case 'card':
      return { type: 'card', url: kind.value.url, title: kind.value.title, text: kind.value.body };
    case 'location':
      return {
        type: 'location',
        latitude: kind.value.latitude,
        longitude: kind.value.longitude,
        label: kind.value.label,
      };
    case 'image':
    case 'audio':
    case 'video':
    case 'file':
      return media(kind.$case, kind.value);
    case 'event':
      return { type: kind.value.name === 'conversation-resolved' ? 'resolved' : 'other' };
    default:
      return { type: 'other' };
  }
}

/** Content of the event that says that the conversation has ended, as the mailbox keeps it. */
export const resolvedContent = JSON.stringify({ type: 'resolved' } satisfies WireContent);
