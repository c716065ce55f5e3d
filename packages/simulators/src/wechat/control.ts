import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson, type WechatFault } from './faults';
import type { SimulatedMedia } from './media';
import { objectOf } from './outgoing';
import { type Chats, shownWords } from './shown';
import type { WechatSimulator } from './simulator';
import type { UserInput } from './user-input';

/** Answers a request to the simulator itself; false for one to WeChat's API. */
export type Control = (request: IncomingMessage, response: ServerResponse, body: Buffer) => boolean;

/** What followers do, and what they see, in short; a file comes as Base64. */
type Doing = UserInput | { type: 'image' | 'voice' | 'video'; bytes: string; content_type: string };

const usage = {
  'POST /simulator/users/{openid}/messages':
    '{"type":"text","text":…} and others as in user-input.ts; files {"type":"image","bytes":Base64,"content_type":…}; answers {attempts, refused} when the push is over',
  'GET /simulator/users/{openid}/messages?after=SEQ': '{messages: [{seq, by, content, atMs}]}',
  'GET /simulator/files/{media_id}': 'the bytes of a file',
  'POST /simulator/webhook': '{"url":…}: where pushes go from now on; answers {verified}',
  'POST /simulator/clock': '{"advance_seconds":…}',
  'POST /simulator/faults': '{"fault":45015 | "bad-gateway" | …, "match":…}',
  'GET /simulator/stats?since=N': '{messages, peak_in_flight, records: [[openid, text, unix_ms, by], …]}',
};

/** Makes the control by HTTP, for a demo's page and for load generators. */
export function createControl(o: {
  simulator: WechatSimulator;
  chats: Chats;
  media: SimulatedMedia;
  peakInFlight(): number;
}): Control {
  const { simulator, chats, media } = o;

  async function act(openId: string, doing: Doing): Promise<unknown> {
    const input = 'bytes' in doing ? fileInput(doing) : doing;
    const { attempts, refused } = await simulator.does(openId, input);
    return { attempts: attempts.length, refused };
  }

  function fileInput(doing: Extract<Doing, { bytes: string }>): UserInput {
    const bytes = Buffer.from(doing.bytes, 'base64');
    return { type: doing.type, mediaId: media.add({ contentType: doing.content_type, bytes }) };
  }

  async function setWebhook({ url }: Record<string, unknown>): Promise<unknown> {
    simulator.webhookUrl = String(url);
    return { verified: await simulator.verify().catch(() => false) };
  }

  function stats(since: number): unknown {
    const records = chats.said
      .slice(since)
      .map(({ openId, message }) => [openId, shownWords(message.content), message.atMs, message.by]);
    return { messages: chats.said.length, peak_in_flight: o.peakInFlight(), records };
  }

  function sendFile(response: ServerResponse, mediaId: string): void {
    const file = media.get(mediaId);
    if (!file) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': file.contentType }).end(file.bytes);
  }

  return (request, response, body) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const [, root, what, id = '', below] = url.pathname.split('/').map(decodeURIComponent);
    if (root !== 'simulator') return false;
    const route = `${request.method} ${what}${below ? `/${below}` : ''}`;
    const json = () => objectOf(body.toString('utf8')) ?? {};
    const answer = (work: Promise<unknown>) => {
      work.then(
        (value) => answerJson(response, value),
        (error: unknown) => answerJson(response, { error: String(error) }, 500),
      );
    };
    if (route === 'POST users/messages') answer(act(id, json() as Doing));
    else if (route === 'GET users/messages')
      answerJson(response, { messages: chats.of(id, Number(url.searchParams.get('after') ?? 0)) });
    else if (route === 'GET files') sendFile(response, id);
    else if (route === 'POST webhook') answer(setWebhook(json()));
    else if (route === 'POST clock') answerJson(response, advance(simulator, json()));
    else if (route === 'POST faults') answerJson(response, addFault(simulator, json()));
    else if (route === 'GET stats') answerJson(response, stats(Number(url.searchParams.get('since') ?? 0)));
    else answerJson(response, { usage }, 404);
    return true;
  };
}

function advance(simulator: WechatSimulator, { advance_seconds }: Record<string, unknown>): unknown {
  simulator.advance(Number(advance_seconds) * 1_000);
  return {};
}

function addFault(simulator: WechatSimulator, { fault, match }: Record<string, unknown>): unknown {
  simulator.fault(fault as WechatFault, match === undefined ? undefined : String(match));
  return {};
}
