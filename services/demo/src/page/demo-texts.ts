/** Line icons of 24 by 24. */
const icons = {
  home: 'M4 11l8-7 8 7v8.500a1 1 0 0 1-1 1h-4.500V14h-5v6.500H5a1 1 0 0 1-1-1Z',
  parcel: 'M4 8l8-4 8 4v8.500l-8 4-8-4ZM4 8l8 4 8-4M12 12v8.500M8 6l8 4',
  back: 'M9 6l-5 5 5 5M4 11h10.500a5 5 0 0 1 0 10H11',
  person:
    'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 20.500c.6-3.800 3.700-5.500 7.500-5.500s6.900 1.700 7.500 5.500',
};

/** A text of the demo page in both languages. */
export interface Bilingual {
  zh: string;
  en: string;
}

/** Questions that the demo knowledge answers, and one that only a person can. */
export const suggestions: { icon: string; text: string; lang: 'zh' | 'en'; hint: Bilingual }[] = [
  { icon: icons.home, text: '物业费怎么交？', lang: 'zh', hint: { zh: '物业', en: 'Property, in Chinese' } },
  {
    icon: icons.parcel,
    text: 'When will my order ship?',
    lang: 'en',
    hint: { zh: '商城，英文提问', en: 'Shop' },
  },
  { icon: icons.back, text: '退货要几天？', lang: 'zh', hint: { zh: '商城', en: 'Shop, in Chinese' } },
  {
    icon: icons.person,
    text: '转人工',
    lang: 'zh',
    hint: { zh: '排队等人工客服', en: 'Ask for a person, in Chinese' },
  },
];

/** What happens behind the page, step by step. */
export const steps: { title: Bilingual; text: Bilingual }[] = [
  {
    title: { zh: '先由机器人回答', en: 'The bot answers first' },
    text: {
      zh: '知识库里有物业和电商的常见问题，中文英文都能问，没有把握时会先确认再回答。',
      en: 'The knowledge base holds property and shop questions in Chinese and English. When it is not sure, it asks back.',
    },
  },
  {
    title: { zh: '随时转人工', en: 'A person at any time' },
    text: {
      zh: '说“转人工”就会排队，并告诉您前面还有几位。',
      en: 'Say “talk to a person” and you are queued, and told your place.',
    },
  },
  {
    title: { zh: '一条也不丢', en: 'Nothing gets lost' },
    text: {
      zh: '断网、刷新、关掉页面都没关系：回来时从断开的地方继续，不漏也不重复。',
      en: 'Lose the network, reload, close the tab: it goes on where it stopped, without a gap or a repeat.',
    },
  },
];

/** The remaining texts. */
export const page = {
  title: { zh: 'Omnigate 演示', en: 'Omnigate demo' },
  eyebrow: { zh: '物业与商城 · 在线客服演示', en: 'Property and shop · live chat demo' },
  headline: { zh: '有问题，直接问。', en: 'Just ask.' },
  lead: {
    zh: '这是一家物业公司兼网上商城的客服页面。点一个问题试试，或在右下角直接输入。',
    en: 'This is the help page of a property manager that also runs a web shop. Pick a question, or write your own at the lower right.',
  },
  try: { zh: '试着问', en: 'Try asking' },
  deskTitle: { zh: '您也可以当客服', en: 'Be the person who answers' },
  desk: {
    zh: '在另一个终端里运行下面的命令，接受排队的对话，然后回复。消息会出现在这个页面上。',
    en: 'Run this in another terminal, accept the waiting conversation and reply. It appears on this page.',
  },
  embedTitle: { zh: '放到自己的网站上', en: 'Put it on your own site' },
  embed: {
    zh: '一行代码。记得在渠道的 allowed_origins 里写上网站地址。',
    en: 'One line. Name your site in the allowed_origins of the channel.',
  },
  dayTitle: { zh: '一次报修，从头到尾', en: 'One repair, from start to end' },
  day: {
    zh: '在客户的微信里说“水管漏水了”，或者发一张照片。然后在师傅的手机上接单、完成，再回到微信里评分。微信由模拟器驱动，走真实的签名回调，不需要公众号。',
    en: 'Say “my pipe is leaking” in the customer’s WeChat, or send a photo. Then accept and finish the job on the worker’s phone, and rate it in WeChat. A simulator plays WeChat through the real signed webhook, so no account is needed.',
  },
  wechatCaption: { zh: '客户的微信', en: 'The customer’s WeChat' },
  workerCaption: { zh: '师傅的手机', en: 'The worker’s phone' },
  reportTitle: { zh: '今日报表', en: 'The day’s report' },
  report: {
    zh: '数字随对话实时更新。',
    en: 'The figures follow what you do.',
  },
  reportCommand: { zh: '在终端里看：', en: 'In a terminal:' },
  missingTitle: { zh: '演示渠道不存在', en: 'There is no demo channel' },
  missing: {
    zh: '启动时设置了 OMNIGATE_DEMO=0，或者演示渠道已被删除。可以自己创建一个网页聊天渠道：',
    en: 'Omnigate was started with OMNIGATE_DEMO=0, or the demo channel was deleted. You can make a web channel of your own:',
  },
  missingNext: {
    zh: '用 npx omnigate get channel my-site -o yaml 查看它的 id，页面上引用 /chat/<id>/widget.js 即可。',
    en: 'npx omnigate get channel my-site -o yaml shows its id; a page then refers to /chat/<id>/widget.js.',
  },
} satisfies Record<string, Bilingual>;
