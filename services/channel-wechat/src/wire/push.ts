import type { InboundMessage } from '@omnigate/channel-kit';
import { type Content, Media } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { eventContent } from './event';
import type { XmlElement } from './xml';

// A customer's text (the fields of other kinds are in readContent):
// <xml><ToUserName><![CDATA[gh_…]]></ToUserName><FromUserName><![CDATA[openid]]></FromUserName>
// <CreateTime>1348831860</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[this is a test]]></Content>
// <MsgId>1234567890123456</MsgId></xml>

/** A push's fields by lower-case name: WeChat writes some of them in more than one way (MsgId, MsgID). */
export interface Push {
  /** Empty where there is none. */
  field(name: string): string;
  /** A field inside another one. */
  inner(parent: string, name: string): string;
}

/**
 * Reads the fields of a push.
 * @throws AppError PAYLOAD_MALFORMED: no push, or a field that is there twice
 */
export function pushOf(root: XmlElement | undefined): Push {
  if (root?.name !== 'xml') throw new AppError('PAYLOAD_MALFORMED');
  const fields = new Map<string, XmlElement>();
  for (const child of root.children) {
    const name = child.name.toLowerCase();
    if (fields.has(name)) throw new AppError('PAYLOAD_MALFORMED');
    fields.set(name, child);
  }
  return {
    field: (name) => fields.get(name)?.text ?? '',
    inner: (parent, name) =>
      fields.get(parent)?.children.find((child) => child.name.toLowerCase() === name)?.text ?? '',
  };
}

/** Reports of mass sends and templates: the account's own doing, and nothing that a customer did. */
const reports = new Set(['masssendjobfinish', 'templatesendjobfinish']);

/**
 * Normalises a push.
 * @returns undefined for what is of no interest
 * @throws AppError PAYLOAD_MALFORMED
 */
export function messageOf(push: Push): InboundMessage | undefined {
  const address = push.field('fromusername');
  const type = push.field('msgtype').toLowerCase();
  const createTime = push.field('createtime');
  if (address === '' || type === '' || !/^\d{1,11}$/.test(createTime))
    throw new AppError('PAYLOAD_MALFORMED');
  if (type === 'event' && reports.has(push.field('event').toLowerCase())) return undefined;
  return {
    providerMessageId: idOf(push, type),
    address,
    content: type === 'event' ? eventContent(push) : readContent(push, type),
    // Seconds.
    occurredTime: new Date(Number(createTime) * 1_000),
  };
}

/**
 * Messages have an id of 64 bits, which no number of ours holds, so it stays a text. Events have none; within one second
 * a customer may do two things, so what was done is part of the key.
 */
function idOf(push: Push, type: string): string {
  const id = push.field('msgid');
  if (id !== '' && type !== 'event') return id;
  const parts = ['fromusername', 'createtime', ...(type === 'event' ? ['event', 'eventkey'] : ['msgtype'])];
  return parts.map(push.field).join('|');
}

/** A kind that is new has no content of ours; it is kept and goes to a person. */
function readContent(push: Push, type: string): Content {
  switch (type) {
    case 'text':
      return textContent(push);
    case 'image':
      return { kind: { $case: 'image', value: media(push, { contentType: 'image/jpeg' }) } };
    case 'voice':
      return { kind: { $case: 'audio', value: voice(push) } };
    case 'video':
    case 'shortvideo':
      return { kind: { $case: 'video', value: media(push, { contentType: 'video/mp4' }) } };
    case 'location':
      return {
        kind: {
          $case: 'location',
          value: {
            latitude: degrees(push.field('location_x')),
            longitude: degrees(push.field('location_y')),
            label: push.field('label'),
          },
        },
      };
    case 'link':
      return {
        kind: {
          $case: 'link',
          value: {
            url: push.field('url'),
            title: push.field('title'),
            description: push.field('description'),
          },
        },
      };
    default:
      return { kind: undefined };
  }
}

/** A tap on a line of a menu message comes as a text that names the line's id. */
function textContent(push: Push): Content {
  const label = push.field('content');
  const id = push.field('bizmsgmenuid');
  if (id !== '') return { kind: { $case: 'menuChoice', value: { id, label } } };
  return { kind: { $case: 'text', value: { body: label } } };
}

function media(push: Push, more: Partial<Media>): Media {
  return Media.fromPartial({
    providerMediaId: push.field('mediaid'),
    providerUrl: push.field('picurl'),
    ...more,
  });
}

/** Where the account has speech recognition on, what was said comes as text. */
function voice(push: Push): Media {
  const format = push.field('format').toLowerCase();
  const contentType = format === 'speex' ? 'audio/speex' : `audio/${format || 'amr'}`;
  return media(push, { contentType, caption: push.field('recognition') });
}

function degrees(text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw new AppError('PAYLOAD_MALFORMED');
  return value;
}
