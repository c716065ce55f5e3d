import type { MediaLinks } from '@omnigate/media';
import type { WireContent, WireFile } from './domain/wire-content';
import type { LoggedEvent } from './store/event-log';

/** As the mailbox keeps it. */
type KeptContent = WireContent & { attachments?: WireFile[] };

/** Nothing that somebody wrote looks like that: inside a JSON string the quotes are escaped. */
const hasFiles = (content: string): boolean => content.includes('"media_id":"');

const hourMs = 3_600_000;
/** A page asks for its events again when it comes back, and gets new links then. */
const linkHours = 24;

/** Gives events the links that pages open files by. */
export type ShowFiles = (event: LoggedEvent) => LoggedEvent;

/**
 * Makes the links. They are paths, to be taken at the server that the page talks to, and stay the same within an hour, so
 * that browsers find files in their cache.
 * @param links below the public URL
 */
export function createShowFiles(links: MediaLinks, publicUrl: string): ShowFiles {
  function linkTo(tenantId: string, mediaId: string): string {
    if (mediaId === '') return '';
    const expires = new Date((Math.ceil(Date.now() / hourMs) + linkHours) * hourMs);
    return links.link(tenantId, mediaId, expires).slice(publicUrl.length);
  }

  function shown({ media_id: mediaId, thumbnail_id: thumbnailId, ...rest }: WireFile, tenantId: string) {
    return {
      ...rest,
      url: linkTo(tenantId, mediaId) || rest.url,
      thumbnail_url: linkTo(tenantId, thumbnailId),
    };
  }

  return (event) => {
    if (!hasFiles(event.content)) return event;
    const { tenantId } = event;
    const { attachments = [], ...content } = JSON.parse(event.content) as KeptContent;
    const files = attachments.map((file) => shown(file, tenantId));
    const own = 'media_id' in content ? shown(content, tenantId) : content;
    return {
      ...event,
      content: JSON.stringify({ ...own, ...(files.length > 0 && { attachments: files }) }),
    };
  };
}
