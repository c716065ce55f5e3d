import type { JsonRow } from './write-rows';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const shown: Record<string, (value: JsonRow) => string> = {
  text: ({ body }) => text(body),
  image: (media) => `[image] ${text(media.caption) || text(media.file_name)}`,
  audio: (media) => `[audio] ${text(media.caption) || text(media.file_name)}`,
  video: (media) => `[video] ${text(media.caption) || text(media.file_name)}`,
  file: (media) => `[file] ${text(media.file_name)} ${text(media.caption)}`,
  location: (place) =>
    `[location] ${text(place.label)} ${String(place.latitude)}, ${String(place.longitude)}`,
  link: ({ url, title }) => `[link] ${text(title)} ${text(url)}`,
  card: ({ title, url }) => `[card] ${text(title)} ${text(url)}`,
  menu_choice: ({ id, label }) => text(label) || text(id),
  template: ({ code }) => `[template] ${text(code)}`,
  event: ({ name, detail }) => `[event] ${text(name)} ${text(detail)}`,
  call: ({ duration_seconds: seconds }) => `[call] ${String(seconds)} s`,
  menu: ({ body, options }) =>
    [text(body), ...(Array.isArray(options) ? options : []).map((each) => `[${text(each.label)}]`)].join(' '),
};

/**
 * What a message says, in words.
 *
 * @param content protobuf JSON of omnigate.message.v1.Content.
 * @returns its text, or what it is.
 */
export function contentText(content: unknown): string {
  const [kind, value] = Object.entries((content ?? {}) as JsonRow)[0] ?? [];
  if (kind === undefined) return '[unknown content]';
  return (shown[kind]?.(value as JsonRow) ?? `[${kind}]`).trim();
}
