import { AppError } from '@omnigate/errors';
import type { ShownMessage, WechatSimulator } from '@omnigate/simulators';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Providers } from '../providers';

/** What the customer's telephone needs. */
export interface WechatRouteDeps {
  providers: Pick<Providers, 'wechat' | 'welcome'>;
}

const maxPictureBytes = 10_000_000;
const user = z.string().regex(/^oDemo[\w-]{10,23}$/);
const person = z.object({ user });
const message = person.extend({
  text: z.string().min(1).max(2_000),
  choice: z.string().max(200).optional(),
});

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new AppError('PAYLOAD_MALFORMED');
  return parsed.data;
}

/**
 * Adds what the customer's telephone asks. What its user does goes to WeChat's simulator, which pushes it to the
 * channel's webhook as WeChat would; the page is answered before that, and sees the rest by asking again.
 */
export function registerWechatRoutes(server: FastifyInstance, { providers }: WechatRouteDeps): void {
  const pushed = (work: Promise<unknown>): void => void work.catch(() => undefined);

  /** Nobody writes to an account without following it; who only looks at the page is no customer yet. */
  async function follow(openId: string): Promise<WechatSimulator> {
    const wechat = await providers.wechat();
    if (wechat.shown(openId).length === 0) pushed(wechat.does(openId, { type: 'event', event: 'subscribe' }));
    return wechat;
  }

  server.post('/demo/api/wechat/users', async ({ body }) => {
    providers.welcome(parse(person, body).user);
    return {};
  });

  server.get('/demo/api/wechat/messages', async ({ query }) => {
    const { user: openId } = parse(person, query);
    const wechat = await providers.wechat();
    return { messages: wechat.shown(openId).flatMap(phoneMessage) };
  });

  server.post('/demo/api/wechat/messages', async ({ body }) => {
    const { user: openId, text, choice } = parse(message, body);
    const wechat = await follow(openId);
    pushed(say(wechat, openId, { text, choice }));
    return {};
  });

  server.post('/demo/api/wechat/pictures', { bodyLimit: maxPictureBytes }, async ({ query, body }) => {
    const { user: openId } = parse(person, query);
    const contentType = Buffer.isBuffer(body) ? pictureType(body) : undefined;
    if (!contentType) throw new AppError('MEDIA_TYPE_REFUSED');
    const wechat = await follow(openId);
    pushed(wechat.sends(openId, 'image', { contentType, bytes: body as Buffer }));
    return {};
  });

  server.get<{ Params: { id: string } }>('/demo/api/wechat/pictures/:id', async ({ params }, reply) => {
    const wechat = await providers.wechat();
    const file = await fetch(`${wechat.url}/simulator/files/${encodeURIComponent(params.id)}`);
    const contentType = file.headers.get('content-type') ?? '';
    if (!file.ok || !contentType.startsWith('image/'))
      throw new AppError('NOT_FOUND', { resource: 'picture' });
    return reply.type(contentType).send(Buffer.from(await file.arrayBuffer()));
  });
}

const say = (wechat: WechatSimulator, openId: string, said: { text: string; choice: string | undefined }) =>
  said.choice === undefined
    ? wechat.writes(openId, said.text)
    : wechat.does(openId, { type: 'choice', id: said.choice, label: said.text });

/** WeChat takes pictures by their beginning, as its app does. */
function pictureType(bytes: Buffer): string | undefined {
  const hex = bytes.subarray(0, 4).toString('hex');
  if (hex.startsWith('ffd8ff')) return 'image/jpeg';
  if (hex === '89504e47') return 'image/png';
  return hex === '47494638' ? 'image/gif' : undefined;
}

/** As the telephone shows it; none for what a chat does not show, such as a tap on a menu. */
function phoneMessage({ seq, by, content }: ShownMessage): object[] {
  const shown = { id: String(seq), mine: by === 'user', text: '', picture: '', options: [] as object[] };
  const fields = content as Record<string, unknown>;
  switch (content.type) {
    case 'text':
      return [{ ...shown, text: fields.text }];
    case 'choice':
      return [{ ...shown, text: fields.label }];
    case 'image':
      return [{ ...shown, picture: `/demo/api/wechat/pictures/${String(fields.mediaId)}` }];
    case 'news':
      return [{ ...shown, text: [fields.title, fields.description, fields.url].filter(Boolean).join('\n') }];
    case 'menu': {
      const options = fields.options as { id: string; content: string }[];
      return [
        {
          ...shown,
          text: String(fields.head),
          options: options.map(({ id, content: label }) => ({ id, label })),
        },
      ];
    }
    default:
      return [];
  }
}
