import { join } from 'node:path';
import { Content } from '@omnigate/contracts';
import { createDatabase, startEmbeddedPostgres } from '@omnigate/database';
import { createLogger } from '@omnigate/runtime';

/** Messages of one conversation: questions and answers in turn. */
const messagesEach = 10;
/** Rows that one statement writes. */
const conversationsAtOnce = 20_000;

/** The digit that begins the numbers of the customers who have a history. */
const historyDigit = '9';

/**
 * Digits that begin the numbers of 10,000 customers who have a history; see `customerOf`.
 *
 * @param block other customers for each number, from 0 to a 100,000th of the messages.
 * @returns seven digits.
 */
export const historyPrefix = (block: number): string => `${historyDigit}${String(block).padStart(6, '0')}`;

/** Whose history is written, and how long. */
export interface History {
  /** The data folder of an Omnigate that is stopped. */
  dataFolder: string;
  tenantId: string;
  channelId: string;
  messages: number;
}

const address = `'+86${historyDigit}' || lpad(c::text, 10, '0')`;
/** An id that is the same in every table: a kind, then the numbers of the conversation and of its message. */
const id = (kind: string, message: string): string =>
  `('${kind}0000000-0000-7000-8000-' || lpad(to_hex(c * 16 + ${message}), 12, '0'))::uuid`;
const conversations = 'generate_series($2::int, $3::int) c';
const each = `${conversations}, generate_series(1, ${messagesEach}) m`;
const at = `now() - interval '2 hours' + c * interval '1 ms'`;

/** What a gateway at work would have written, table by table; $1 is the tenant, $4 the channel, $5 and $6 two texts. */
const statements = [
  `insert into routing.contact (tenant_id, id) select $1::uuid, ${id('a', '0')} from ${conversations}`,
  `insert into routing.address (tenant_id, namespace, value, contact_id)
   select $1::uuid, 'phone', ${address}, ${id('a', '0')} from ${conversations}`,
  `insert into routing.conversation (tenant_id, id, channel_id, address, thread_key, contact_id, state, owner, team, language,
     inbound_count, message_seq, seq, created_at, updated_at)
   select $1::uuid, ${id('b', '0')}, $4::uuid, ${address}, '', ${id('a', '0')}, 1, 1, 'default', 'zh',
     ${messagesEach / 2}, ${messagesEach}, ${messagesEach + 1}, ${at}, ${at} from ${conversations}`,
  `insert into routing.message (tenant_id, conversation_id, seq, id, direction, role, sender_address, content,
     provider_message_id, occurred_at, created_at)
   select $1::uuid, ${id('b', '0')}, m, ${id('c', 'm')}, 2 - m % 2, 2 - m % 2, case when m % 2 = 1 then ${address} else '' end,
     case when m % 2 = 1 then $5::bytea else $6::bytea end,
     case when m % 2 = 1 then 'SM' || lpad(to_hex(c * 16 + m), 32, '0') else '' end, ${at}, ${at} from ${each}`,
  `insert into routing.inbound_key (tenant_id, channel_id, event_id)
   select $1::uuid, $4::uuid, gen_random_uuid() from ${each} where m % 2 = 1`,
  `insert into routing.delivery (tenant_id, message_id, conversation_id, channel_id, address, state, attempts,
     provider_message_id)
   select $1::uuid, ${id('c', 'm')}, ${id('b', '0')}, $4::uuid, ${address}, 4, 1, 'SM' || lpad(to_hex(c * 16 + m), 32, 'f')
   from ${each} where m % 2 = 0`,
  `insert into channel_webhooks.delivery (tenant_id, message_id, channel_id, channel_type, conversation_id, key, address,
     priority, state, attempts, provider_message_id)
   select $1::uuid, ${id('c', 'm')}, $4::uuid, 'sms-twilio', ${id('b', '0')}::text, $4::text || '|' || ${address} || '|', ${address},
     0, 4, 1, 'SM' || lpad(to_hex(c * 16 + m), 32, 'f') from ${each} where m % 2 = 0`,
  `insert into bot.answer_evidence (tenant_id, conversation_id, turn_id, evidence)
   select $1::uuid, ${id('b', '0')}, ${id('d', 'm')}, repeat('x', 400) from ${each} where m % 2 = 0`,
];

const longestStatementMs = 600_000;

/**
 * Writes conversations with all that belongs to them straight into the database: to receive them would take an hour.
 * It ends as autovacuum would have, with statistics.
 *
 * @param history whose and how much.
 * @param say takes a line about what is done.
 */
export async function writeHistory(history: History, say: (line: string) => void): Promise<void> {
  const logger = createLogger({ service: 'bench', level: 'silent' });
  const server = await startEmbeddedPostgres({ dataDir: join(history.dataFolder, 'postgres'), logger });
  const superuser = new URL(server.url).username;
  const database = createDatabase({
    ...{ url: server.url, schema: 'public', role: superuser, applicationName: 'bench', logger },
    ...{ poolSize: 1, statementTimeoutMs: longestStatementMs, unsafeNoSync: true },
  });
  try {
    const total = Math.ceil(history.messages / messagesEach);
    for (let from = 0; from < total; from += conversationsAtOnce) {
      const to = Math.min(from + conversationsAtOnce, total) - 1;
      for (const sql of statements) await database.query(bound(sql, history, { from, to }));
      say(`  ${(to + 1) * messagesEach} messages stored`);
    }
    for (const text of ['vacuum (analyze)', 'checkpoint']) await database.query({ text });
  } finally {
    await database.end();
    await server.stop();
  }
}

const encodedText = (body: string): Buffer =>
  Buffer.from(Content.encode({ kind: { $case: 'text', value: { body } } }).finish());
const question = encodedText('物业费怎么交');
const answer = encodedText('物业费有三种交法：公众号、服务中心、银行代扣。'.repeat(3));

/** A parameter that a statement does not name would have no type, so only those are bound that it names. */
function bound(sql: string, { tenantId, channelId }: History, range: { from: number; to: number }) {
  const all = [tenantId, range.from, range.to, channelId, question, answer];
  const named = [...new Set([...sql.matchAll(/\$(\d)/g)].map(([, n]) => Number(n)))];
  const text = sql.replace(/\$(\d)/g, (_all, n: string) => `$${named.indexOf(Number(n)) + 1}`);
  return { text, values: named.map((n) => all[n - 1]) };
}
