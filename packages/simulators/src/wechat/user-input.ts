/** What a follower does in their chat with the account. */
export type UserInput =
  | { type: 'text'; text: string }
  | { type: 'image' | 'voice' | 'video' | 'shortvideo'; mediaId: string; recognition?: string }
  | { type: 'location'; latitude: number; longitude: number; label: string }
  | { type: 'link'; title: string; description: string; url: string }
  /** A tap on a line of a menu message. */
  | { type: 'choice'; id: string; label: string }
  /** A tap on the account's menu, a scan, a subscription: `event` in WeChat's own words, such as `CLICK`. */
  | { type: 'event'; event: string; key?: string; fields?: string };

const cdata = (text: string): string => `<![CDATA[${text}]]>`;
const element = (name: string, text: string): string => `<${name}>${cdata(text)}</${name}>`;

/** What differs from one message to the next. */
export interface PushHead {
  to: string;
  from: string;
  /** Seconds. */
  createTime: number;
  msgId: string;
  /** Where the pictures of this message can be had. */
  picUrl(mediaId: string): string;
}

/** Writes the XML of a push. */
export function pushXml(input: UserInput, head: PushHead): string {
  const msgType = input.type === 'choice' ? 'text' : input.type;
  const who = `${element('ToUserName', head.to)}${element('FromUserName', head.from)}<CreateTime>${head.createTime}</CreateTime>`;
  const id = input.type === 'event' ? '' : `<MsgId>${head.msgId}</MsgId>`;
  return `<xml>${who}${element('MsgType', msgType)}${bodyOf(input, head)}${id}</xml>`;
}

function bodyOf(input: UserInput, head: PushHead): string {
  switch (input.type) {
    case 'text':
      return element('Content', input.text);
    case 'choice':
      return `${element('Content', input.label)}<bizmsgmenuid>${input.id}</bizmsgmenuid>`;
    case 'image':
      return `${element('PicUrl', head.picUrl(input.mediaId))}${element('MediaId', input.mediaId)}`;
    case 'voice':
      return `${element('MediaId', input.mediaId)}${element('Format', 'amr')}${input.recognition ? element('Recognition', input.recognition) : ''}`;
    case 'location':
      return `<Location_X>${input.latitude}</Location_X><Location_Y>${input.longitude}</Location_Y><Scale>20</Scale>${element('Label', input.label)}`;
    case 'link':
      return `${element('Title', input.title)}${element('Description', input.description)}${element('Url', input.url)}`;
    case 'event':
      return `${element('Event', input.event)}${input.key === undefined ? '' : element('EventKey', input.key)}${input.fields ?? ''}`;
    default:
      return `${element('MediaId', input.mediaId)}${element('ThumbMediaId', 'thumb')}`;
  }
}
