import { h, icon, icons } from './element';
import type { FileContent } from './protocol';
import type { Texts } from './texts';

const units = ['B', 'KB', 'MB', 'GB'];

/** Such as "3.2 MB"; empty where the size is not known. */
export function sizeText(bytes: number): string {
  if (bytes <= 0) return '';
  const power = Math.min(3, Math.floor(Math.log(bytes) / Math.log(1024)));
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** Name and size beside an icon. */
function fileLabel(name: string, bytes: number): HTMLElement {
  const size = sizeText(bytes);
  const label = h('span', { class: 'name' }, h('span', {}, name));
  if (size) label.append(h('small', {}, size));
  return h('span', { class: 'doc' }, icon(icons.file), label);
}

/**
 * A picture of a file that has not been sent, drawn by the page itself: a link to it would need more of the page's
 * Content-Security-Policy.
 */
export function previewOf(file: File, edge: number): HTMLElement {
  const label = fileLabel(file.name, file.size);
  if (!file.type.startsWith('image/')) return label;
  createImageBitmap(file)
    .then((picture) => {
      const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
      const size = { width: picture.width * scale, height: picture.height * scale };
      const canvas = h('canvas', { role: 'img', 'aria-label': file.name });
      Object.assign(canvas, size).getContext('2d')?.drawImage(picture, 0, 0, size.width, size.height);
      picture.close();
      label.replaceWith(canvas);
    })
    // It says that it is a picture and is none.
    .catch(() => {});
  return label;
}

/** A file of the conversation: pictures, sound and film are shown, others are links; so is what can't be shown. */
export function fileView(content: FileContent, o: { server: string; texts: Texts }): HTMLElement {
  const name = content.name || o.texts[content.type];
  if (!URL.canParse(content.url, o.server)) return fileLabel(name, content.size);
  const address = (url: string) => new URL(url, o.server).href;
  const link = h(
    'a',
    { href: address(content.url), target: '_blank', rel: 'noopener noreferrer nofollow' },
    fileLabel(name, content.size),
  );
  if (!/^https?:/.test(link.href)) return fileLabel(name, content.size);
  const asLink = () => shown?.replaceWith(link);
  let shown: HTMLElement | undefined;
  if (content.type === 'image') {
    const picture = h('img', {
      src: address(content.thumbnail_url || content.url),
      alt: name,
      onerror: asLink,
    });
    const { href } = link;
    shown = h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow', title: name }, picture);
  } else if (content.type !== 'file') {
    const player = {
      controls: true,
      preload: 'metadata',
      src: link.href,
      'aria-label': name,
      onerror: asLink,
    };
    shown = h(content.type, player);
  }
  return shown ?? link;
}
