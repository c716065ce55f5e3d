import type { HandOverReason } from '../bot-result';

/** What the bot itself says, in the languages it speaks. */
export interface SystemTexts {
  clarify: string;
  clarifyAgain: string;
  noneOfThese: string;
  replyWithNumber: string;
  /** {question} is the part that was not answered. */
  partlyUnanswered: string;
  ask: string;
  /** {types} are the tickets that there may be. */
  pictureCame: string;
  ticketBegun: string;
  ticketMade: string;
  /** {count} pictures are kept with it. */
  withPictures: string;
  ticketCancelled: string;
  pictureKept: string;
  askAgain: string;
  handOver: Readonly<Record<HandOverReason, string>>;
}

const ZH: SystemTexts = {
  clarify: '请问您想了解的是哪一个？',
  clarifyAgain: '抱歉还没明白，您要问的是下面哪一个？',
  noneOfThese: '都不是，找人工',
  replyWithNumber: '请回复序号。',
  partlyUnanswered: '关于“{question}”，我还没有可靠的答案，回复“转人工”由同事为您解答。',
  ask: '请用一句话告诉我您的问题，需要人工时回复“转人工”。',
  pictureCame: '收到您的图片。请问需要{types}吗？',
  ticketBegun: '好的，我来为您登记{type}。',
  ticketMade: '好的，已为您登记{type}：{summary}。',
  withPictures: '附图 {count} 张。',
  ticketCancelled: '好的，已取消，没有登记。需要时随时告诉我。',
  pictureKept: '图片已收到。',
  askAgain: '抱歉，没看明白。',
  handOver: {
    CUSTOMER_ASKED: '好的，正在为您转接人工客服。',
    SENSITIVE_TOPIC: '您反映的情况很重要，正在为您转接人工客服处理。',
    NO_ANSWER: '这个问题我还没有可靠的答案，正在为您转接人工客服。',
    CLARIFICATION_FAILED: '抱歉没能理解您的问题，正在为您转接人工客服。',
    REPEATED_QUESTION: '看来刚才的回答没有解决您的问题，正在为您转接人工客服。',
    ARTICLE_NEEDS_PERSON: '这件事需要同事为您办理，正在为您转接人工客服。',
    ANGRY: '非常抱歉给您带来不好的体验，正在为您转接人工客服。',
    NOT_TEXT: '已收到您发来的内容，正在为您转接人工客服查看。',
    TICKET_INCOMPLETE: '抱歉没能弄清楚，您已提供的信息我都记下了，正在为您转接人工客服。',
  },
};

const EN: SystemTexts = {
  clarify: 'Which of these do you mean?',
  clarifyAgain: 'Sorry, I did not get that. Is it one of these?',
  noneOfThese: 'None of these, a person please',
  replyWithNumber: 'Please reply with a number.',
  partlyUnanswered:
    'About "{question}" I have no reliable answer; reply "agent" and a colleague will help you.',
  ask: 'Please tell me your question in one sentence, or reply "agent" to reach a person.',
  pictureCame: 'Thank you for the picture. Do you need one of these: {types}?',
  ticketBegun: 'All right, let me note that down ({type}).',
  ticketMade: 'Done, I have noted this down ({type}): {summary}.',
  withPictures: 'Pictures: {count}.',
  ticketCancelled: 'All right, I have noted nothing down. Tell me any time you need it.',
  pictureKept: 'I have your picture.',
  askAgain: 'Sorry, I did not get that.',
  handOver: {
    CUSTOMER_ASKED: 'Of course. I am handing you over to a colleague.',
    SENSITIVE_TOPIC: 'This is important. I am handing you over to a colleague who will take care of it.',
    NO_ANSWER: 'I have no reliable answer to that, so I am handing you over to a colleague.',
    CLARIFICATION_FAILED: 'Sorry that I could not understand. I am handing you over to a colleague.',
    REPEATED_QUESTION: 'It seems that my answer did not help. I am handing you over to a colleague.',
    ARTICLE_NEEDS_PERSON: 'A colleague needs to do this for you. I am handing you over.',
    ANGRY: 'I am very sorry about this. I am handing you over to a colleague.',
    NOT_TEXT: 'We have received what you sent. A colleague will have a look at it.',
    TICKET_INCOMPLETE:
      'Sorry that I could not understand. I have kept what you told me and am handing you over to a colleague.',
  },
};

/** The texts of a language; English where there are none. */
export function systemTexts(language: string): SystemTexts {
  return language === 'zh' ? ZH : EN;
}
