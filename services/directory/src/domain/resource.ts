import type { Kind } from './kind';

/** A JSON object as google.protobuf.Struct carries it. */
export type JsonObject = { [key: string]: unknown };

/** A document of an apply whose form has been checked. */
export interface Document {
  /** Its place in the request, for field paths. */
  index: number;
  tenantId: string;
  kind: Kind;
  name: string;
  /** UUID in lower case, where the document gives one. */
  id: string | undefined;
  /** With defaults filled in; secrets as they were written. */
  spec: JsonObject;
  /** Nothing is wrong with it by itself. */
  sound: boolean;
}

/** A resource as it is stored. */
export interface StoredResource {
  tenantId: string;
  kind: Kind;
  name: string;
  id: string;
  /** Without secrets. */
  spec: JsonObject;
  /** Envelope by path: of a channel below spec.config, such as `smtp.password`, else below spec, such as `headers.x`. */
  secrets: Record<string, string>;
  /** SHA-256 of the canonical JSON of spec. */
  hash: Buffer;
  /** Rises with each change of the kind in the tenant. */
  revision: bigint;
  /** An operator set its api_base_url or base_url. */
  appliedByOperator: boolean;
  createTime: Date;
  updateTime: Date;
}

/** How a secret reads back; written, it means "as it was". */
export const maskedSecret = '***';

/** A name of a resource: [a-z0-9-], 1 to 63 characters. */
export const namePattern = /^[a-z0-9-]{1,63}$/;

/** Any UUID in lower or upper case. */
export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
