import type { Unsent } from './protocol';

/** A file on its way. */
type Upload = Unsent & { file: File };

export interface UploadOptions {
  /** Such as "https://chat.example.com/chat/0199…". */
  url: string;
  /** Empty while there is no session. */
  token(): string;
  /** From 0 to 1. */
  progress(cid: string, share: number): void;
  stored(cid: string): void;
  rejected(cid: string, code: string): void;
}

const retryMs = 3_000;
const transientStatus = /^(?:0|401|408|429|5\d\d)$/;

function codeOf(text: string): string {
  try {
    return (JSON.parse(text) as { error: { code: string } }).error.code;
  } catch {
    return 'INTERNAL';
  }
}

/**
 * Sends files one after the other. What a lost connection cut off is sent again, under the same id, so that it arrives once.
 */
export function createUploads(o: UploadOptions) {
  const waiting: Upload[] = [];
  let current: XMLHttpRequest | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  function next(): void {
    clearTimeout(timer);
    const upload = waiting[0];
    if (current || stopped || !upload || !o.token()) return;
    // fetch tells nothing of how far a body has come.
    const call = new XMLHttpRequest();
    current = call;
    call.open('POST', `${o.url}/files`);
    call.setRequestHeader('authorization', `Bearer ${o.token()}`);
    call.setRequestHeader('idempotency-key', upload.cid);
    call.setRequestHeader('content-type', upload.file.type || 'application/octet-stream');
    call.setRequestHeader('x-file-name', encodeURIComponent(upload.file.name));
    call.upload.onprogress = ({ loaded, total }) => o.progress(upload.cid, total ? loaded / total : 0);
    call.onloadend = () => {
      if (current === call) ended(upload, call);
    };
    call.send(upload.file);
  }

  function ended(upload: Upload, call: XMLHttpRequest): void {
    current = undefined;
    if (transientStatus.test(String(call.status))) {
      o.progress(upload.cid, 0);
      timer = setTimeout(next, Number(call.getResponseHeader('retry-after')) * 1_000 || retryMs);
      return;
    }
    waiting.shift();
    if (call.status === 200) o.stored(upload.cid);
    else o.rejected(upload.cid, codeOf(call.responseText));
    next();
  }

  return {
    add(upload: Upload): void {
      waiting.push(upload);
      next();
    },
    /** There is a session, or the connection is back. */
    next,
    /** Takes back what has not been stored yet. */
    cancel(cid: string): void {
      const index = waiting.findIndex((upload) => upload.cid === cid);
      if (index < 0) return;
      waiting.splice(index, 1);
      if (index > 0) return;
      const call = current;
      current = undefined;
      call?.abort();
      next();
    },
    stop(): void {
      stopped = true;
      clearTimeout(timer);
      current?.abort();
    },
  };
}
