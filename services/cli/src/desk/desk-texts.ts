/** Languages that the desk speaks. */
export type DeskLanguage = 'en' | 'zh';

/** Everything that the desk says by itself. */
export interface DeskTexts {
  online(agent: string): string;
  offline(agent: string, kept: number): string;
  away: string;
  hint: string;
  help: string;
  offered(number: number, seconds: number): string;
  offerEnded: Readonly<Record<'DECLINED' | 'LAPSED' | 'WITHDRAWN', string>>;
  packet: Readonly<Record<'wants' | 'tried' | 'open' | 'mood' | 'urgency' | 'reason', string>>;
  noOffer: string;
  waitsForOffer: string;
  noConversation: string;
  noSuchNumber(number: number): string;
  unknownCommand(word: string): string;
  needsText(word: string): string;
  yours(number: number): string;
  gone(number: number, owner: string): string;
  resolved(number: number, actor: string): string;
  transferred(number: number, to: string): string;
  queueEmpty: string;
  nothingHeld: string;
  bot: string;
  people: Readonly<Record<'customer' | 'bot' | 'agent' | 'system' | 'note', string>>;
  delivery: Readonly<Record<'sent' | 'delivered' | 'read' | 'failed' | 'unknown', string>>;
  lost: string;
  back: string;
  refused: string;
  noneWithin(seconds: number): string;
  noTickets: string;
  ticketNow(number: bigint, state: string, worker: string): string;
}

const en: DeskTexts = {
  online: (agent) => `${agent} is online: conversations are offered as they come.`,
  offline: (agent, kept) =>
    `${agent} is offline.${kept > 0 ? ` ${kept} open conversation(s) stay with ${agent}; the next desk shows them.` : ''}`,
  away: 'You are away: what is yours stays, nothing new is offered. `online` ends it.',
  hint: 'accept · decline · just type to reply · note TEXT · resolve · queue · help · quit',
  help: `accept [N]          take the oldest offer, or that of #N
decline [N]         say no; it goes to the next agent
TEXT, reply TEXT    write to the customer of the present conversation
note TEXT           write down what the customer never sees
resolve             end the present conversation
transfer TEAM [why] give it to another team's queue (with a slash: /transfer)
bot                 give it back to the bot
switch N            go to conversation #N
list                your offers and conversations
queue               who waits
history             the whole conversation
tickets             tickets of the present conversation; without one, those that nobody has
ticket N            a ticket with its history
ticket create TYPE FIELD=VALUE …   make one for the present conversation (VALUE in quotes where it has blanks)
ticket N assign WORKER · accept · refuse [why] · complete [result] · rate 1-5 [comment] · reopen [why] · cancel [why]
away, online        stop and start being offered conversations
wait [SECONDS]      until the customer writes (for scripts)
quit                go offline and leave
Every command may begin with a slash; a text that begins with one is written with two.`,
  offered: (number, seconds) => `Offer #${number}, ${seconds} s to accept`,
  offerEnded: { DECLINED: 'declined', LAPSED: 'lapsed', WITHDRAWN: 'withdrawn' },
  packet: { wants: 'wants', tried: 'tried', open: 'open', mood: 'mood', urgency: 'urgency', reason: 'why' },
  noOffer: 'There is no such offer now.',
  waitsForOffer: 'Waiting for an offer.',
  noConversation: 'You have no conversation: `accept` an offer first.',
  noSuchNumber: (number) => `#${number} is not yours: \`list\` shows what is.`,
  unknownCommand: (word) =>
    `/${word} is no command: \`help\` shows them; a text with a slash begins with two.`,
  needsText: (word) => `${word} needs a text behind it.`,
  yours: (number) => `#${number} is yours`,
  gone: (number, owner) => `#${number} is no longer yours (${owner}).`,
  resolved: (number, actor) => `#${number} is resolved (${actor}).`,
  transferred: (number, to) => `#${number} goes to ${to}.`,
  queueEmpty: 'Nobody waits.',
  nothingHeld: 'No offers and no conversations.',
  bot: 'the bot',
  people: { customer: 'customer', bot: 'bot', agent: 'agent', system: 'system', note: 'note' },
  delivery: {
    sent: '✓ sent',
    delivered: '✓ delivered',
    read: '✓ read',
    failed: '✗ not delivered',
    unknown: '? not known whether it arrived; it is not sent again',
  },
  lost: 'The connection is lost; trying again.',
  back: 'Connected again.',
  refused: 'Some commands were refused.',
  noneWithin: (seconds) => `Nothing came within ${seconds} s.`,
  noTickets: 'No tickets.',
  ticketNow: (number, state, worker) => `Ticket ${number} is ${state}${worker ? ` (${worker})` : ''}.`,
};

const zh: DeskTexts = {
  online: (agent) => `${agent} 已上线，新会话会自动派给您。`,
  offline: (agent, kept) =>
    `${agent} 已下线。${kept > 0 ? `${kept} 个会话仍归 ${agent}，下次上线可继续。` : ''}`,
  away: '已设为离开：手上的会话保留，不再派新会话。输入 online 恢复。',
  hint: 'accept 接入 · decline 拒绝 · 直接输入即回复 · note 备注 · resolve 结束 · queue 排队 · help 帮助 · quit 退出',
  help: `accept [N]          接入最早的会话邀请，或 #N 的邀请
decline [N]         拒绝，转给下一位客服
文字, reply 文字    回复当前会话的客户
note 文字           内部备注，客户看不到
resolve             结束当前会话
transfer 组 [原因]  转到另一个组的队列（可写 /transfer）
bot                 交还给机器人
switch N            切换到会话 #N
list                我的邀请和会话
queue               谁在排队
history             完整聊天记录
tickets             当前会话的工单；没有会话时，列出待安排的工单
ticket N            工单及其经过
ticket create 类型 字段=值 …       为当前会话建工单（值里有空格请加引号）
ticket N assign 师傅 · accept 接单 · refuse 拒绝 · complete 完成 · rate 1-5 打分 · reopen 重开 · cancel 取消
away, online        暂停、恢复派单
wait [秒]           等到客户再说话（脚本用）
quit                下线并退出
命令前可以加斜杠；以斜杠开头的回复请写两个斜杠。`,
  offered: (number, seconds) => `新会话 #${number}，请在 ${seconds} 秒内接入`,
  offerEnded: { DECLINED: '已拒绝', LAPSED: '已超时', WITHDRAWN: '已撤回' },
  packet: { wants: '诉求', tried: '已试', open: '待答', mood: '情绪', urgency: '紧急', reason: '原因' },
  noOffer: '现在没有这样的邀请。',
  waitsForOffer: '正在等待新会话。',
  noConversation: '您还没有会话：请先 accept 接入。',
  noSuchNumber: (number) => `#${number} 不是您的会话：输入 list 查看。`,
  unknownCommand: (word) => `没有 /${word} 这个命令：输入 help 查看；以斜杠开头的回复请写两个斜杠。`,
  needsText: (word) => `${word} 后面要写内容。`,
  yours: (number) => `#${number} 已归您`,
  gone: (number, owner) => `#${number} 已不归您（${owner}）。`,
  resolved: (number, actor) => `#${number} 已结束（${actor}）。`,
  transferred: (number, to) => `#${number} 已转给 ${to}。`,
  queueEmpty: '没有人在排队。',
  nothingHeld: '没有邀请，也没有会话。',
  bot: '机器人',
  people: { customer: '客户', bot: '机器人', agent: '客服', system: '系统', note: '备注' },
  delivery: {
    sent: '✓ 已发出',
    delivered: '✓ 已送达',
    read: '✓ 已读',
    failed: '✗ 未送达',
    unknown: '? 不确定是否送达，不会重发',
  },
  lost: '连接已断开，正在重连。',
  back: '已重新连接。',
  refused: '有命令未能执行。',
  noneWithin: (seconds) => `${seconds} 秒内没有等到。`,
  noTickets: '没有工单。',
  ticketNow: (number, state, worker) => `工单 ${number}：${state}${worker ? `（${worker}）` : ''}。`,
};

/** The desk's texts by language. */
export const deskTexts: Readonly<Record<DeskLanguage, DeskTexts>> = { en, zh };

/**
 * The language of the person's environment.
 *
 * @param env LC_ALL, LC_MESSAGES and LANG, in this order.
 */
export function deskLanguage(env: NodeJS.ProcessEnv): DeskLanguage {
  return /^zh/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || '') ? 'zh' : 'en';
}
