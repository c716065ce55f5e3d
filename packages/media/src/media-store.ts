import type { Readable } from 'node:stream';

/** A file as the store took it. */
export interface StoredMedia {
  /** UUIDv7 in the tenant's store. */
  mediaId: string;
  /** IANA type by content, never as claimed alone; `application/octet-stream` for what no page may show. */
  contentType: string;
  sizeBytes: number;
  /** Without folders and control characters; empty where none was given. */
  fileName: string;
  /** A small JPEG of a picture, in the same store; empty where there is none. */
  thumbnailId: string;
}

/** A file that is there. */
export interface MediaFile {
  contentType: string;
  sizeBytes: number;
  fileName: string;
  /** Empty where there is none. */
  thumbnailId: string;
  /** Reads its bytes; each call anew. */
  open(): Readable;
}

/** How a file is to be taken. */
export interface PutOptions {
  /** As the sender gave it. */
  fileName?: string;
  /** Media type as the sender claims it. A picture, sound or film that is none is refused. */
  claimedType?: string;
  /** Default: `maxMediaBytes`. */
  maxBytes?: number;
  /** Says of a type by content whether it is taken; default: all that the store knows what to do with. */
  accepts?(contentType: string): boolean;
}

/** The files of all tenants. A tenant's files are reached by that tenant's id alone. */
export interface MediaStore {
  /**
   * Keeps a file, and a thumbnail of a picture; durable when it resolves.
   * @param source is read to its end or destroyed
   * @throws AppError MEDIA_TOO_LARGE, MEDIA_TYPE_REFUSED, MEDIA_EMPTY, INVALID_ARGUMENT (a tenant's id that is none); what
   *   the source threw, unchanged
   */
  put(tenantId: string, source: Buffer | Readable, options?: PutOptions): Promise<StoredMedia>;
  /** @returns undefined where the tenant has no such file */
  get(tenantId: string, mediaId: string): Promise<MediaFile | undefined>;
}

/** The largest file that is kept, unless a caller's limit is lower. */
export const maxMediaBytes = 20 * 1024 * 1024;
