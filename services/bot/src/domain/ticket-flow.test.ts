import { readDemoKnowledge } from '../eval/demo-knowledge';
import { type Action, type BotResult, PERSON_OPTION } from './bot-result';
import { botSettings } from './bot-settings';
import { createBook } from './knowledge-book';
import { createMessageRules } from './message-rules';
import type { Picture } from './picture';
import { think } from './think';
import type { TicketType } from './ticket-type';
import type { Bot } from './turn';
import type { TurnInput, Utterance } from './turn-input';

const text = (zh: string, en: string) => ({ zh, en });
const asked = (zh: string, en: string) => ({
  title: text(zh, en),
  ask: text(`请问${zh}是什么？`, `Which ${en}?`),
});
const repair: TicketType = {
  name: 'repair',
  spec: {
    title: text('报修', 'Repair'),
    keywords: { zh: ['报修', '漏水', '跳闸'], en: ['repair', 'leaking', 'leaks'] },
    examples: {
      zh: ['家里水管漏水了', '灯坏了找人来修', '马桶堵住了', '门锁打不开了'],
      en: [
        'The tap in my kitchen is leaking',
        'my light does not work',
        'the toilet is blocked',
        'the lock is broken',
      ],
    },
    form: {
      type: 'object',
      required: ['building', 'room', 'problem'],
      properties: {
        problem: { type: 'string', ...asked('故障', 'problem'), maxLength: 500 },
        building: {
          type: 'string',
          ...asked('楼栋', 'building'),
          enum: ['1', '3', '5'],
          labels: {
            1: text('1号楼', 'Building 1'),
            3: text('3号楼', 'Building 3'),
            5: text('5号楼', 'Building 5'),
          },
        },
        room: { type: 'string', ...asked('房号', 'room'), maxLength: 20 },
        visit: { type: 'string', format: 'date', title: text('上门日期', 'date') },
        phone: { type: 'string', title: text('电话', 'phone') },
      },
    },
    building: 'building',
    dispatch: [],
    due_hours: 24,
    auto_close_hours: 72,
  },
};
const returned: TicketType = {
  name: 'return',
  spec: {
    ...repair.spec,
    title: text('退货', 'Return'),
    keywords: { zh: ['退货', '我要退'], en: ['return'] },
    examples: { zh: ['衣服不合适想退掉', '收到的东西坏了要退'], en: ['I want to send it back'] },
    form: {
      type: 'object',
      required: ['order_number', 'reason', 'phone'],
      properties: {
        order_number: { type: 'string', ...asked('订单号', 'order number'), pattern: '^[A-Za-z0-9-]{4,32}$' },
        reason: {
          type: 'string',
          ...asked('退货原因', 'reason'),
          enum: ['size', 'broken', 'other'],
          labels: {
            size: text('尺码不合适', 'Wrong size'),
            broken: text('商品损坏', 'Damaged'),
            other: text('其他', 'Other'),
          },
        },
        phone: { type: 'string', ...asked('电话', 'phone number') },
      },
    },
    building: undefined,
  },
};

function createBot(ticketTypes: readonly TicketType[]): Bot {
  const settings = botSettings({ ticketTypes });
  return {
    book: createBook(readDemoKnowledge(), settings),
    settings,
    rules: createMessageRules(settings),
    idOf: (name) => `id:${name}`,
  };
}

const bot = createBot([repair, returned]);
const picture = (name: string): Picture => ({
  ...{
    providerUrl: `https://files.example/${name}`,
    providerMediaId: '',
    mediaId: '',
    contentType: 'image/jpeg',
  },
  fileName: '',
});
type Said = string | Partial<Utterance>;
const utterance = (said: Said): Utterance =>
  typeof said === 'string' ? { role: 'customer', text: said } : { role: 'customer', text: '', ...said };
const NOW = Date.UTC(2026, 10, 26, 2);

/** A conversation: each call is one turn, of one or several messages. */
function talk(o: Partial<TurnInput> = {}, own = bot) {
  let dialogueState = '';
  let now = NOW;
  const turn = (...said: Said[]): BotResult => {
    const result = think(own, {
      messages: said.map(utterance),
      openCount: said.length,
      locale: 'zh-CN',
      limits: { maxCharacters: 500, menu: false },
      dialogueState,
      now,
      timeZone: 'Asia/Shanghai',
      ...o,
    });
    dialogueState = result.dialogueState;
    return result;
  };
  return { turn, state: () => dialogueState, later: (ms: number) => (now += ms) };
}

const saidOf = ({ actions: [action] }: BotResult): string => {
  if (action?.kind === 'hand_over') return `${action.reason}`;
  return action && 'text' in action ? action.text : '';
};
const ticketOf = ({ actions }: BotResult) =>
  actions.find(
    (action): action is Extract<Action, { kind: 'create_ticket' }> => action.kind === 'create_ticket',
  );

/** What a conversation comes to: the form, or what was said last. */
function outcome(turns: readonly (Said | Said[])[], o: Partial<TurnInput> = {}) {
  const { turn } = talk(o);
  const results = turns.map((said) => turn(...[said].flat()));
  const last = results.at(-1) as BotResult;
  return { form: ticketOf(last)?.form, type: ticketOf(last)?.type, said: saidOf(last), last, results };
}

describe('a ticket is asked for over turns', () => {
  const leak = { building: '3', room: '501', problem: '厨房漏水了' };
  test.each<[string, (Said | Said[])[], Record<string, unknown>]>([
    ['slot by slot', ['我要报修', '3号楼', '501', '厨房漏水了'], leak],
    ['in bare words', ['我要报修', '3', '501', '厨房漏水了'], leak],
    [
      'by number of a list',
      ['我要退货', 'A1234567', '2', '13812345678'],
      { order_number: 'A1234567', reason: 'broken', phone: '13812345678' },
    ],
    ['by the choice of a menu', ['我要报修', { choiceId: '#value:3' }, '501室', '厨房漏水了'], leak],
    ['with the matter first', ['厨房漏水了', '三号楼', '501'], leak],
    ['over several messages at once', [['厨房漏水了', '3号楼', '501室']], leak],
    ['all in one', ['3号楼501厨房漏水了'], { ...leak, problem: '3号楼501厨房漏水了' }],
    ['as people write addresses', ['厨房漏水了', '3-2-501'], { ...leak, room: '2-501' }],
    [
      'in traditional characters',
      ['我要報修', '3號樓', '501', '廚房漏水了'],
      { ...leak, problem: '廚房漏水了' },
    ],
    ['corrected at once', ['厨房漏水了', '1号楼', '不是，是3号楼', '501'], leak],
    ['corrected at a later slot', ['我要报修', '1号楼', '501', '不对，是3号楼', '厨房漏水了'], leak],
    ['corrected in one sentence', ['厨房漏水了', '不是1号楼，是3号楼', '501'], leak],
    [
      'a free text names another place',
      ['我要报修', '3号楼', '501', '5号楼那边也停水'],
      { ...leak, problem: '5号楼那边也停水' },
    ],
    [
      'with more than was asked for',
      ['厨房漏水了', '3号楼501，电话13812345678'],
      { ...leak, phone: '13812345678' },
    ],
    ['in words like the examples', ['马桶堵住了', '3号楼', '501'], { ...leak, problem: '马桶堵住了' }],
    [
      'in English',
      ['My tap leaks', 'Building 3', 'room 501'],
      { building: '3', room: '501', problem: 'My tap leaks' },
    ],
    [
      'in English, in one sentence',
      ['The toilet is blocked, I am in building 3, room 501'],
      { building: '3', room: '501', problem: 'The toilet is blocked, I am in building 3, room 501' },
    ],
    [
      'corrected in English',
      ['My tap leaks', 'building 1', 'no, building 3', '501'],
      { building: '3', room: '501', problem: 'My tap leaks' },
    ],
    [
      'of another kind',
      ['我要退货', '订单号是 A1234567', '商品损坏', '13812345678'],
      { order_number: 'A1234567', reason: 'broken', phone: '13812345678' },
    ],
    [
      'with several slots in one message',
      ['我要退货，订单号A1234567，尺码不合适', '电话 138 1234 5678'],
      { order_number: 'A1234567', reason: 'size', phone: '13812345678' },
    ],
    [
      'of another kind, in English',
      ['I want to return my order', 'A1234567', 'the second one', '+1 415 555 0101'],
      { order_number: 'A1234567', reason: 'broken', phone: '+14155550101' },
    ],
    [
      'after another kind was begun',
      ['我要退货', '我要报修', '3号楼', '501', '灯坏了'],
      { ...leak, problem: '灯坏了' },
    ],
  ])('%s', (_, turns, form) => {
    expect(outcome(turns).form).toEqual(form);
  });

  test('the number that a text came from is known', () => {
    const customer = { address: '+8613812345678', addressNamespace: 'phone' };
    const { form, last } = outcome(['我要退货', 'A1234567', '1'], { customer });
    expect(form).toEqual({ order_number: 'A1234567', reason: 'size', phone: '+8613812345678' });
    // Whoever reads a list needs no number to call.
    expect(ticketOf(last)?.summary).toBe('A1234567，尺码不合适');
    expect(saidOf(last)).not.toContain('138');
  });

  test('it is summed up once, in the words of the type and the language', () => {
    expect(outcome(['3号楼501厨房漏水了']).said).toBe(
      '好的，已为您登记报修：3号楼，501室，3号楼501厨房漏水了。',
    );
    const english = outcome(['My tap leaks', 'Building 3', 'room 501']);
    expect(english.said).toBe('Done, I have noted this down (Repair): Building 3, room 501, My tap leaks.');
    expect(ticketOf(english.last)).toMatchObject({ type: 'repair', language: 'en' });
  });

  test('the questions are those of the form, with numbers where there is no menu', () => {
    const { results } = outcome(['我要报修', '3号楼', '501']);
    expect(results.map(saidOf)).toEqual([
      '好的，我来为您登记报修。请问楼栋是什么？(1号楼 / 3号楼 / 5号楼)',
      '请问房号是什么？',
      '请问故障是什么？',
    ]);
    const { last } = outcome(['我要报修'], { limits: { maxCharacters: 500, menu: true } });
    expect(last.actions).toMatchObject([
      {
        kind: 'clarify',
        text: '好的，我来为您登记报修。请问楼栋是什么？',
        options: [{ id: '#value:1' }, {}, {}],
      },
    ]);
  });

  test('nothing is longer than the limit', () => {
    const { results } = outcome(['我要报修', '3号楼', '501', '漏水'.repeat(200)], {
      limits: { maxCharacters: 60, menu: false },
    });
    for (const result of results) expect(saidOf(result).length).toBeLessThanOrEqual(60);
    expect(ticketOf(results.at(-1) as BotResult)?.form.problem).toHaveLength(400);
  });
});

describe('who wants no ticket gets none', () => {
  test.each([
    '怎么报修',
    '报修电话是多少？',
    '我昨天报修过了',
    '报修进度',
    '不用报修',
    '师傅还没来修，漏水呢',
    'what is the status of my repair?',
    '物业费怎么交',
  ])('%s', (said) => {
    const { last } = outcome([said]);
    expect(JSON.parse(last.dialogueState)).not.toHaveProperty('flow');
  });

  test('a word of one kind in a sentence of another, or in an article word for word, is none', () => {
    expect(talk().turn('收到的东西坏了，跳闸了').evidence.rules).not.toContain('ticket:repair');
    expect(talk().turn('家里跳闸了').actions).toMatchObject([{ articleName: 'power-outage' }]);
    expect(talk().turn({ text: '家里跳闸了', pictures: [picture('a')] }).evidence.rules).toEqual([
      'ticket:repair',
    ]);
  });

  test('without kinds of tickets nothing changes', () => {
    const { turn } = talk({}, createBot([]));
    expect(turn('我要报修').actions).toMatchObject([{ kind: 'reply', articleName: 'repair-request' }]);
    expect(turn({ pictures: [picture('a')] }).actions).toMatchObject([{ reason: 'NOT_TEXT' }]);
  });

  test('a word that needs a person needs none where a kind of ticket has it; other words still do', () => {
    const complaint: TicketType = {
      name: 'complaint',
      spec: {
        ...repair.spec,
        title: text('投诉', 'Complaint'),
        keywords: { zh: ['投诉'], en: ['complain'] },
      },
    };
    const own = createBot([complaint]);
    expect(talk({}, own).turn('我要投诉').evidence.rules).toEqual(['ticket:complaint']);
    expect(talk({}, own).turn('我要投诉，我会找律师').actions).toMatchObject([{ reason: 'SENSITIVE_TOPIC' }]);
    expect(talk().turn('我要投诉').actions).toMatchObject([{ reason: 'SENSITIVE_TOPIC' }]);
  });
});

describe('on the way', () => {
  test('a question of the knowledge is answered, and what was asked is asked again', () => {
    const { turn } = talk();
    turn('厨房漏水了');
    const between = turn('物业费怎么交？');
    expect(between.actions).toMatchObject([
      { kind: 'reply', text: expect.stringMatching(/物业费[\s\S]*\n\n请问楼栋/) },
    ]);
    expect(between.evidence.rules).toContain('ticket:digression');
    turn('3号楼');
    const again = turn('发票怎么开？');
    expect(again.actions).toMatchObject([
      { kind: 'reply', articleName: 'invoice-issue', text: expect.stringMatching(/请问房号是什么？$/) },
    ]);
    expect(ticketOf(turn('501'))?.form).toMatchObject({ building: '3', room: '501' });
  });

  test.each(['算了', '取消', '不用了', 'cancel', 'Never mind.'])('%s ends it', (word) => {
    const { turn, state } = talk();
    turn('厨房漏水了', { pictures: [picture('a')] });
    expect(turn(word).actions).toMatchObject([
      { kind: 'reply', text: expect.stringMatching(/已取消|nothing down/) },
    ]);
    expect(JSON.parse(state())).not.toHaveProperty('flow');
    expect(JSON.parse(state())).not.toHaveProperty('pictures');
    expect(turn('501').actions).toMatchObject([{ kind: 'hand_over' }]);
  });

  test('a person is always to be had, and is told what is known', () => {
    const { turn } = talk();
    turn('我要退货，订单号A1234567');
    turn('尺码不合适');
    expect(turn('转人工').actions).toMatchObject([
      {
        reason: 'CUSTOMER_ASKED',
        packet: {
          wants: expect.stringMatching(/^退货：A1234567/),
          facts: expect.arrayContaining([
            { name: 'order_number', value: 'A1234567' },
            { name: 'reason', value: 'size' },
          ]),
        },
      },
    ]);
    expect(turn('13812345678').actions).not.toContainEqual(
      expect.objectContaining({ kind: 'create_ticket' }),
    );
  });

  test('what is not understood is asked for twice more, then a person gets it with what is known', () => {
    const { results, last } = outcome(['我要退货', '订单号A1234567', '嗯', '那个', '不知道']);
    expect(results.map(saidOf).slice(2, 4)).toEqual([
      expect.stringMatching(/^抱歉，没看明白。请问退货原因是什么？/),
      expect.stringMatching(/^抱歉，没看明白。/),
    ]);
    expect(last.actions).toMatchObject([
      {
        reason: 'TICKET_INCOMPLETE',
        packet: {
          facts: [{ name: 'order_number', value: 'A1234567' }],
          openQuestions: ['请问退货原因是什么？', '请问电话是什么？'],
        },
      },
    ]);
  });

  test('what the form does not take is asked for again', () => {
    expect(outcome(['厨房漏水了', '8号楼']).said).toMatch(/^抱歉，没看明白。请问楼栋/);
    expect(outcome(['我要退货', '??']).said).toMatch(/请问订单号/);
  });

  test('a day later it is forgotten', () => {
    const { turn, later } = talk();
    turn('厨房漏水了');
    later(86_400_001);
    expect(turn('3号楼').evidence.rules).not.toContain('ticket:repair');
  });
});

describe('pictures', () => {
  test('alone, they are asked about', () => {
    const { turn } = talk();
    const { actions } = turn({ pictures: [picture('a')] });
    expect(actions).toMatchObject([
      {
        kind: 'clarify',
        text: expect.stringMatching(
          /^收到您的图片。请问需要报修、退货吗？\n1\. 报修\n2\. 退货\n3\. 都不是，找人工/,
        ),
        options: [{ label: '报修' }, { label: '退货' }, { id: PERSON_OPTION }],
      },
    ]);
    turn('1');
    turn('3号楼');
    turn('501', { pictures: [picture('b')] });
    expect(ticketOf(turn('水管裂了'))).toMatchObject({
      form: { building: '3', room: '501', problem: '水管裂了' },
      pictures: [picture('a'), picture('b')],
    });
  });

  test('with the matter, they begin the ticket; alone in between they are kept', () => {
    const { turn } = talk();
    turn({ text: '厨房漏水了', pictures: [picture('a')] });
    expect(saidOf(turn({ pictures: [picture('b')] }))).toMatch(/^图片已收到。请问楼栋/);
    turn('3号楼');
    const made = turn('501');
    expect(ticketOf(made)?.pictures).toEqual([picture('a'), picture('b')]);
    expect(saidOf(made)).toMatch(/附图 2 张。$/);
  });

  test('with words that say nothing known, they are asked about', () => {
    expect(talk().turn({ text: '看看这个呀', pictures: [picture('a')] }).evidence.rules).toContain('picture');
  });

  test('one kind of ticket needs only a yes; none of these is a person', () => {
    const own = createBot([repair]);
    const { turn } = talk({}, own);
    expect(saidOf(turn({ pictures: [picture('a')] }))).toMatch(/^收到您的图片。请问需要报修吗？/);
    expect(turn('是的').evidence.rules).toContain('ticket:repair');
    const other = talk({}, own);
    other.turn({ pictures: [picture('a')] });
    expect(other.turn('都不是').actions).toMatchObject([{ reason: 'CUSTOMER_ASKED' }]);
  });

  test('a voice message is none, and an old picture belongs to something else', () => {
    const voice = { ...picture('v'), contentType: 'audio/amr' };
    expect(talk().turn({ pictures: [voice] }).actions).toMatchObject([{ reason: 'NOT_TEXT' }]);
    const { turn, later } = talk();
    turn({ pictures: [picture('a')] });
    later(3_600_001);
    expect(ticketOf(turn('3号楼501厨房漏水了'))?.pictures).toEqual([]);
  });

  test('the memory stays small', () => {
    const { turn, state } = talk();
    const many = Array.from({ length: 40 }, (_, i) => picture(`${i}${'x'.repeat(1_900)}`));
    turn({ text: '厨房漏水了', pictures: many });
    turn({ text: '', pictures: [picture('y'.repeat(5_000))] });
    expect(state().length).toBeLessThan(32_000);
    turn('3号楼');
    expect(ticketOf(turn('501'))?.pictures).toEqual(many.slice(-9));
  });
});

describe('solved', () => {
  test.each(['解决了', '好了，谢谢', '问题解决了，谢谢！', 'that solved it', 'It works now, thanks!'])(
    '%s after an answer ends the conversation',
    (said) => {
      const { turn } = talk();
      turn('发票怎么开');
      expect(turn(said).actions).toMatchObject([{ kind: 'reply' }, { kind: 'resolve' }]);
    },
  );

  test.each(['谢谢', 'thanks', '好的', '没解决', '解决了吗？', '这个问题解决了但是退款还没到', '没事了'])(
    '%s does not',
    (said) => {
      const { turn } = talk();
      turn('发票怎么开');
      expect(turn(said).actions).not.toContainEqual({ kind: 'resolve' });
    },
  );

  test('without an answer, after a question back, or after a ticket it does not either', () => {
    expect(talk().turn('解决了').actions).toMatchObject([{ kind: 'reply' }]);
    const { turn } = talk();
    turn('物业费');
    expect(turn('解决了').actions).not.toContainEqual({ kind: 'resolve' });
    const ticket = talk();
    ticket.turn('3号楼501厨房漏水了');
    expect(ticket.turn('好了，谢谢').actions).toMatchObject([{ kind: 'reply' }]);
    expect(ticket.turn('好了，谢谢').actions).toHaveLength(1);
  });
});
