import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson, commit, isTaken, type WechatFault } from './faults';
import type { SimulatedMedia } from './media';
import { objectOf, readOutgoing } from './outgoing';
import type { Chats } from './shown';
import type { SimulatedTokens } from './tokens';
import type { Windows } from './windows';

/** One call of the API. */
export interface ApiCall {
  /** Such as `/cgi-bin/message/custom/send`. */
  path: string;
  /** Text of the body; of an upload only its start. */
  body: string;
  /** 0: taken. */
  errcode: number;
  /** Unix ms. */
  atMs: number;
}

/** WeChat's API for accounts. */
export interface SimulatedApi {
  calls: ApiCall[];
  /** Customer-service messages on the wire at once, at most. */
  peakInFlight(): number;
  fault(fault: WechatFault, match?: string): void;
  handle(request: IncomingMessage, response: ServerResponse, body: Buffer): void;
}

const shownOfBody = 2_000;

/** Makes the API. */
export function createApi(o: {
  chats: Chats;
  media: SimulatedMedia;
  windows: Windows;
  tokens: SimulatedTokens;
  url(): string;
}): SimulatedApi {
  const calls: ApiCall[] = [];
  const faults: { fault: WechatFault; match?: string }[] = [];
  let inFlight = 0;
  let peak = 0;

  function note(path: string, body: Buffer, errcode: number): void {
    calls.push({ path, body: body.toString('utf8', 0, shownOfBody), errcode, atMs: Date.now() });
  }

  function send(response: ServerResponse, body: Buffer): number {
    const outgoing = readOutgoing(body.toString('utf8'), (id) => o.media.get(id) !== undefined);
    const index = faults.findIndex(({ match }) => match === undefined || body.includes(match));
    const fault = index < 0 ? undefined : faults.splice(index, 1)[0]?.fault;
    if (fault !== undefined && !isTaken(fault)) {
      commit(fault, response);
      return typeof fault === 'number' ? fault : -1;
    }
    const errcode = typeof outgoing === 'number' ? outgoing : (o.windows.use(outgoing.openId) ?? 0);
    if (errcode === 0 && typeof outgoing !== 'number')
      o.chats.show(outgoing.openId, 'customer-service', outgoing.content);
    if (fault !== undefined) commit(fault, response);
    else answerJson(response, { errcode, errmsg: errcode === 0 ? 'ok' : 'refused by the simulator' });
    return errcode;
  }

  function getMedia(response: ServerResponse, mediaId: string | null): number {
    const file = o.media.get(mediaId ?? '');
    if (!file) {
      answerJson(response, { errcode: 40007, errmsg: 'invalid media_id' });
      return 40007;
    }
    if (file.contentType.startsWith('video/')) {
      answerJson(response, { video_url: `${o.url()}/simulator/files/${mediaId}` });
      return 0;
    }
    response
      .writeHead(200, {
        'content-type': file.contentType,
        'content-disposition': `attachment; filename="${mediaId}"`,
      })
      .end(file.bytes);
    return 0;
  }

  function upload(
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    type: string | null,
  ): number {
    const answer = o.media.upload(type, request.headers['content-type'] ?? '', body);
    answerJson(response, answer);
    return Number(answer.errcode ?? 0);
  }

  /** @returns the errcode; undefined for a path that there is not */
  function answer(
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    { pathname, searchParams }: URL,
  ): number | undefined {
    const refused = o.tokens.refusalOf(searchParams.get('access_token'));
    const known = [
      '/cgi-bin/message/custom/send',
      '/cgi-bin/message/custom/typing',
      '/cgi-bin/media/get',
      '/cgi-bin/media/upload',
    ];
    if (!known.includes(pathname)) return undefined;
    if (refused !== undefined) {
      answerJson(response, { errcode: refused, errmsg: 'invalid credential, access_token is invalid' });
      return refused;
    }
    if (pathname.endsWith('/send')) return send(response, body);
    if (pathname.endsWith('/get')) return getMedia(response, searchParams.get('media_id'));
    if (pathname.endsWith('/upload')) return upload(request, response, body, searchParams.get('type'));
    answerJson(response, { errcode: 0, errmsg: 'ok' });
    return 0;
  }

  return {
    calls,
    peakInFlight: () => peak,
    fault: (fault, match) => {
      faults.push(match === undefined ? { fault } : { fault, match });
    },
    handle(request, response, body) {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      inFlight += 1;
      peak = Math.max(peak, inFlight);
      response.on('close', () => {
        inFlight -= 1;
      });
      if (url.pathname === '/cgi-bin/stable_token') {
        const issued = o.tokens.issue(objectOf(body.toString('utf8')) ?? {});
        note(url.pathname, Buffer.from('{}'), Number(issued.errcode ?? 0));
        answerJson(response, issued);
        return;
      }
      const errcode = answer(request, response, body, url);
      if (errcode === undefined) response.writeHead(404).end();
      else note(url.pathname, body, errcode);
    },
  };
}
