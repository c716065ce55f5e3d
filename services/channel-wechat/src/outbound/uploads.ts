import { randomUUID } from 'node:crypto';
import type { ProviderHttp } from '@omnigate/channel-kit';
import type { Media, ResolvedChannel } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import type { MediaFile, MediaStore } from '@omnigate/media';
import type { State } from '@omnigate/state';
import { wechatConfigOf } from '../wechat-config';
import type { CallApi } from './api';
import { apiAnswerOf } from './error-codes';
import type { FileType } from './message-body';

/** Files at WeChat, which keeps them for three days. */
export interface Uploads {
  /**
   * Uploads a file that an outgoing message names, once for all messages that do.
   * @returns WeChat's id of it
   * @throws AppError MESSAGE_INVALID: no such file; SEND_REFUSED with WeChat's `code`; what the API's calls throw
   */
  put(channel: ResolvedChannel, media: Media, type: FileType, http: ProviderHttp): Promise<string>;
}

const keptMs = 3 * 24 * 3_600_000;
// Bytes. What is larger would be refused as 45001, after it had been sent.
const limits: Record<FileType, number> = { image: 10_000_000, voice: 2_000_000, video: 10_000_000 };
const tooLargeCode = '45001';

/** Makes the uploads of all accounts. */
export function createUploads(o: {
  state: Pick<State, 'token'>;
  media: Pick<MediaStore, 'get'>;
  callApi: CallApi;
}): Uploads {
  return {
    put: (channel, media, type, http) => {
      const { app_id } = wechatConfigOf(channel);
      const key = `wechat-media:${channel.tenantId}:${app_id}:${type}:${media.mediaId}`;
      return o.state.token(key, async () => {
        const file = media.mediaId ? await o.media.get(channel.tenantId, media.mediaId) : undefined;
        if (!file) throw new AppError('MESSAGE_INVALID', { reason: 'the file is not in the store' });
        if (file.sizeBytes > limits[type]) throw new AppError('SEND_REFUSED', { code: tooLargeCode });
        const form = multipart(file, await read(file));
        const response = await o.callApi(channel, http, {
          method: 'POST',
          path: '/cgi-bin/media/upload',
          query: { type },
          ...form,
          prepares: true,
        });
        const { errcode, body } = apiAnswerOf(response, (each) => typeof each.media_id === 'string');
        if (errcode === undefined) throw new AppError('RESPONSE_UNPARSEABLE');
        if (errcode !== 0) throw new AppError('SEND_REFUSED', { code: String(errcode) });
        return { value: String(body.media_id), expiresInMs: keptMs };
      });
    },
  };
}

async function read(file: MediaFile): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of file.open()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

// WeChat tells the type by the name's end.
const endings: Partial<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'audio/amr': 'amr',
  'audio/mpeg': 'mp3',
  'video/mp4': 'mp4',
};

function multipart(
  { contentType }: MediaFile,
  bytes: Buffer,
): { headers: Record<string, string>; body: Buffer } {
  const boundary = randomUUID();
  const filename = `file.${endings[contentType] ?? 'bin'}`;
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="${filename}"\r\nContent-Type: ${contentType}\r\n\r\n`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
