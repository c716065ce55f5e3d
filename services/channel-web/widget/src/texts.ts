export type Locale = 'zh' | 'en';

const en = {
  title: 'Chat with us',
  launcher: 'Open chat',
  unread: (count: number) => `Open chat, ${count} unread`,
  close: 'Close chat',
  log: 'Conversation',
  input: 'Your message',
  placeholder: 'Write a message…',
  send: 'Send',
  welcome: 'Hello! How can we help?',
  welcomeHint: 'Ask in your own words. If the assistant does not know, a person takes over.',
  bot: 'Assistant',
  agent: 'Support',
  you: 'You',
  typing: (who: string) => `${who} is typing`,
  idle: 'We reply here',
  connecting: 'Connecting…',
  online: 'Online',
  offline: 'Connection lost. Reconnecting…',
  back: 'Connected again',
  refused: 'This page may not use the chat.',
  pending: 'Sending',
  stored: 'Sent',
  answered: 'Answered',
  rejected: 'Not sent',
  tooLong: 'This is too long for one message.',
  left: (count: number) => `${count} characters left`,
  earlier: 'Show earlier messages',
  earlierFailed: 'Could not load. Try again',
  latest: 'Newest messages',
  today: 'Today',
  options: 'Choose one',
  image: 'Picture',
  audio: 'Sound',
  video: 'Film',
  file: 'File',
  other: 'This message cannot be shown here.',
};

export type Texts = typeof en;

const zh: Texts = {
  title: '在线客服',
  launcher: '打开聊天',
  unread: (count) => `打开聊天，${count} 条未读`,
  close: '关闭聊天',
  log: '对话',
  input: '您的消息',
  placeholder: '请输入消息…',
  send: '发送',
  welcome: '您好！有什么可以帮您？',
  welcomeHint: '直接用自己的话提问。智能助手答不上来时，会转给人工客服。',
  bot: '智能助手',
  agent: '人工客服',
  you: '我',
  typing: (who) => `${who}正在输入`,
  idle: '我们在这里为您解答',
  connecting: '正在连接…',
  online: '在线',
  offline: '连接已断开，正在重连…',
  back: '已重新连接',
  refused: '此页面无法使用聊天。',
  pending: '发送中',
  stored: '已发送',
  answered: '已回复',
  rejected: '未发送',
  tooLong: '这条消息太长了。',
  left: (count) => `还可输入 ${count} 个字`,
  earlier: '查看更早的消息',
  earlierFailed: '加载失败，点击重试',
  latest: '查看最新消息',
  today: '今天',
  options: '请选择',
  image: '图片',
  audio: '语音',
  video: '视频',
  file: '文件',
  other: '此消息无法在这里显示。',
};

export const textsOf = (locale: Locale): Texts => (locale === 'zh' ? zh : en);

/** The first of the wishes, such as "zh-CN" or "en", that the widget speaks; else English. */
export function pickLocale(wishes: readonly (string | null | undefined)[]): Locale {
  for (const wish of wishes) {
    if (/^zh\b/i.test(wish ?? '')) return 'zh';
    if (/^en\b/i.test(wish ?? '')) return 'en';
  }
  return 'en';
}
