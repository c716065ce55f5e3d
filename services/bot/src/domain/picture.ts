import { z } from 'zod';

const url = z.string().max(2_000).default('');
const id = z.string().max(500).default('');

/** A file of the customer: enough to find it again among the messages of the conversation. */
export const pictureSchema = z.object({
  providerUrl: url,
  providerMediaId: id,
  mediaId: id,
  contentType: id,
  fileName: id,
});

/** A file of the customer. */
export type Picture = z.infer<typeof pictureSchema>;

const MOST = 9;

/** Voice messages are no pictures: nobody can be shown them. */
export const isPicture = ({ contentType }: Picture): boolean => !contentType.startsWith('audio/');

const nameOf = (picture: Picture): string =>
  picture.mediaId || picture.providerMediaId || picture.providerUrl;

/** Pictures with more of them, each once, the newest nine. */
export function addPictures(held: readonly Picture[], more: readonly Picture[]): Picture[] {
  const fitting = more.filter((picture) => isPicture(picture) && pictureSchema.safeParse(picture).success);
  const all = new Map([...held, ...fitting].map((picture) => [nameOf(picture), picture]));
  return [...all.values()].slice(-MOST);
}
