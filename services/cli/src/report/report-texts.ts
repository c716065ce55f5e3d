import type { DeskLanguage } from '../desk/desk-texts';

/** Everything that a report says by itself. */
export interface ReportTexts {
  report: string;
  countedTo: string;
  nothing: string;
  titles: Readonly<
    Record<
      | 'channels'
      | 'days'
      | 'months'
      | 'hours'
      | 'times'
      | 'outcomes'
      | 'handoffs'
      | 'conversationRatings'
      | 'ticketRatings'
      | 'tickets'
      | 'words'
      | 'newWords',
      string
    >
  >;
  columns: Readonly<
    Record<
      | 'channel'
      | 'conversations'
      | 'inbound'
      | 'outbound'
      | 'count'
      | 'half'
      | 'mostly'
      | 'type'
      | 'building'
      | 'created'
      | 'completed'
      | 'escalated'
      | 'word'
      | 'before',
      string
    >
  >;
  times: Readonly<Record<'firstResponse' | 'firstAgentResponse' | 'resolution', string>>;
  outcomes: Readonly<Record<'botConfirmed' | 'botAssumed' | 'byPeople', string>>;
  units: Readonly<Record<'seconds' | 'minutes' | 'hours' | 'days', string>>;
  mean(score: string, count: bigint): string;
  noBuilding: string;
  /** By code; others are shown as they are. */
  reasons: Readonly<Record<string, string>>;
}

const en: ReportTexts = {
  report: 'Report',
  countedTo: 'counted up to',
  nothing: 'Nothing happened in these days.',
  titles: {
    channels: 'Channels',
    days: 'Messages of customers by day',
    months: 'Messages of customers by month',
    hours: 'Messages of customers by hour of the day',
    times: 'Times',
    outcomes: 'How conversations ended',
    handoffs: 'Why conversations went to a person',
    conversationRatings: 'Ratings of conversations',
    ticketRatings: 'Ratings of tickets',
    tickets: 'Tickets',
    words: 'Words of most conversations',
    newWords: 'New words',
  },
  columns: {
    channel: 'channel',
    conversations: 'conversations',
    inbound: 'in',
    outbound: 'out',
    count: 'times',
    half: 'half within',
    mostly: '9 of 10 within',
    type: 'type',
    building: 'building',
    created: 'created',
    completed: 'completed',
    escalated: 'escalated',
    word: 'word',
    before: 'a day before',
  },
  times: {
    firstResponse: 'first answer',
    firstAgentResponse: "agent's first answer",
    resolution: 'to the end',
  },
  outcomes: {
    botConfirmed: 'bot, confirmed by the customer',
    botAssumed: 'bot, assumed',
    byPeople: 'a person had it',
  },
  units: { seconds: 's', minutes: 'min', hours: 'h', days: 'd' },
  mean: (score, count) => `${score} of 5 on average, ${count} in all`,
  noBuilding: '-',
  reasons: {
    ARTICLE_NEEDS_PERSON: 'the article asks for a person',
    BOT_BUSY: 'the bot was busy',
    BOT_TIMEOUT: 'the bot took too long',
    CLARIFICATION_FAILED: 'the bot did not understand',
    CUSTOMER_ASKED: 'the customer asked for a person',
    NO_ANSWER: 'the bot knew no answer',
    NOT_TEXT: 'no text',
    PEOPLE_FIRST: 'people answer first there',
    REPEATED_QUESTION: 'asked again',
    SENSITIVE_TOPIC: 'sensitive topic',
    TRANSFERRED: 'transferred',
  },
};

const zh: ReportTexts = {
  report: '报表',
  countedTo: '统计截至',
  nothing: '这些天没有任何会话。',
  titles: {
    channels: '渠道',
    days: '每日客户消息',
    months: '每月客户消息',
    hours: '各时段客户消息',
    times: '时长',
    outcomes: '会话如何结束',
    handoffs: '转人工原因',
    conversationRatings: '会话评分',
    ticketRatings: '工单评分',
    tickets: '工单',
    words: '热词',
    newWords: '新词',
  },
  columns: {
    channel: '渠道',
    conversations: '会话',
    inbound: '收',
    outbound: '发',
    count: '次数',
    half: '一半不超过',
    mostly: '九成不超过',
    type: '类型',
    building: '楼栋',
    created: '新建',
    completed: '完成',
    escalated: '升级',
    word: '词',
    before: '此前每日',
  },
  times: { firstResponse: '首次回复', firstAgentResponse: '人工首次回复', resolution: '到结束' },
  outcomes: { botConfirmed: '机器人解决，客户已确认', botAssumed: '机器人解决，推定', byPeople: '人工处理' },
  units: { seconds: '秒', minutes: '分', hours: '小时', days: '天' },
  mean: (score, count) => `平均 ${score} 分（满分 5），共 ${count} 次`,
  noBuilding: '-',
  reasons: {
    ARTICLE_NEEDS_PERSON: '知识要求人工',
    BOT_BUSY: '机器人忙',
    BOT_TIMEOUT: '机器人超时',
    CLARIFICATION_FAILED: '机器人没有听懂',
    CUSTOMER_ASKED: '客户要求人工',
    NO_ANSWER: '机器人没有答案',
    NOT_TEXT: '非文字消息',
    PEOPLE_FIRST: '该渠道人工优先',
    REPEATED_QUESTION: '重复提问',
    SENSITIVE_TOPIC: '敏感话题',
    TRANSFERRED: '转接',
  },
};

/** A report's texts by language. */
export const reportTexts: Readonly<Record<DeskLanguage, ReportTexts>> = { en, zh };
