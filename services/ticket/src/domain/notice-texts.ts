import type { Bilingual } from '@omnigate/ticket-form';

/** What people are told, both languages. `{name}` is put in. */
export const noticeTexts = {
  created: {
    zh: '您的{title}已登记，编号 {number}。我们会尽快安排人员处理。',
    en: 'Your request ({title}) is registered as number {number}. Somebody will take care of it soon.',
  },
  accepted: {
    zh: '编号 {number} 的{title}由{who}负责处理。',
    en: '{who} takes care of your request {number} ({title}).',
  },
  completed: {
    zh: '编号 {number} 的{title}已处理完成。{result}\n{confirm}',
    en: 'Your request {number} ({title}) is done. {result}\n{confirm}',
  },
  confirm: {
    zh: '问题解决了吗？请打分；没有解决也请告诉我们。',
    en: 'Is it solved? Please rate it, or tell us that it is not.',
  },
  confirmed: {
    zh: '谢谢！编号 {number} 的{title}已关闭。请为这次服务打分：',
    en: 'Thank you! Your request {number} ({title}) is closed. Please rate it:',
  },
  rated: { zh: '谢谢您的评价！', en: 'Thank you for your rating!' },
  closed: {
    zh: '编号 {number} 的{title}已自动关闭。如果问题还没有解决，请告诉我们。',
    en: 'Your request {number} ({title}) was closed. If it is not solved, please tell us.',
  },
  reopened: {
    zh: '编号 {number} 的{title}已重新打开，我们会再次安排处理。',
    en: 'Your request {number} ({title}) is open again. Somebody will take care of it.',
  },
  cancelled: {
    zh: '编号 {number} 的{title}已取消。',
    en: 'Your request {number} ({title}) was cancelled.',
  },
  notMade: {
    zh: '抱歉，刚才的登记没有成功。请再说一次，或者回复“人工”。',
    en: 'Sorry, your request could not be registered. Please try again, or ask for a person.',
  },
  notPossible: {
    zh: '编号 {number} 的{title}目前{state}，现在不能这样操作。',
    en: 'Your request {number} ({title}) is {state}; that is not possible now.',
  },
  workerAsked: {
    zh: '新工单 {number}：{title}\n{form}\n请在 {due} 前完成。您接单吗？',
    en: 'New ticket {number}: {title}\n{form}\nTo be done by {due}. Do you take it?',
  },
  workerAccepted: {
    zh: '您已接下工单 {number}。完成后请发处理结果和照片，然后选“完成”。',
    en: 'Ticket {number} is yours. When it is done, send what you did and a picture, then choose "Done".',
  },
  workerRefused: {
    zh: '好的，工单 {number} 会安排给别人。',
    en: 'All right, somebody else gets ticket {number}.',
  },
  workerCompleted: {
    zh: '谢谢！工单 {number} 已标记为完成。',
    en: 'Thank you! Ticket {number} is marked as done.',
  },
  workerLost: {
    zh: '工单 {number} 已改派给别人，您不用再处理了，谢谢。',
    en: 'Ticket {number} was given to somebody else; you need not do it any more. Thank you.',
  },
  workerCancelled: {
    zh: '工单 {number} 已取消，您不用再处理了。',
    en: 'Ticket {number} was cancelled; you need not do it any more.',
  },
  workerNotYours: {
    zh: '工单 {number} 现在不由您负责，您不用再处理了，谢谢。',
    en: 'Ticket {number} is no longer yours; you need not do anything. Thank you.',
  },
  workerNotPossible: {
    zh: '工单 {number} 目前{state}，这一步不需要了。',
    en: 'Ticket {number} is {state}; this is not needed now.',
  },
  workerLate: {
    zh: '工单 {number}（{title}）已超过时限，目前由{who}处理，请您跟进。\n{form}',
    en: 'Ticket {number} ({title}) is late; {who} has it. Please look after it.\n{form}',
  },
} as const satisfies Record<string, Bilingual>;

/** Labels of what may be chosen. */
export const choiceLabels = {
  accept: { zh: '接单', en: 'Accept' },
  refuse: { zh: '拒绝', en: 'Refuse' },
  complete: { zh: '完成', en: 'Done' },
  confirm: { zh: '已解决', en: 'Solved' },
  reopen: { zh: '没有解决', en: 'Not solved' },
  'rate-5': { zh: '5 分 非常满意', en: '5 – very good' },
  'rate-4': { zh: '4 分 满意', en: '4 – good' },
  'rate-3': { zh: '3 分 一般', en: '3 – fair' },
  'rate-2': { zh: '2 分 不满意', en: '2 – poor' },
  'rate-1': { zh: '1 分 很不满意', en: '1 – very poor' },
} as const satisfies Record<string, Bilingual>;

/** What may be chosen: the verb of a menu's option. */
export type Choice = keyof typeof choiceLabels;

/** How people call a state, by its short name. */
export const stateTexts: Readonly<Record<string, Bilingual>> = {
  OPEN: { zh: '待安排', en: 'waiting for somebody' },
  ASSIGNED: { zh: '等待接单', en: 'waiting to be accepted' },
  ACCEPTED: { zh: '正在处理', en: 'being worked on' },
  COMPLETED: { zh: '已完成', en: 'done' },
  CLOSED: { zh: '已关闭', en: 'closed' },
  CANCELLED: { zh: '已取消', en: 'cancelled' },
};
