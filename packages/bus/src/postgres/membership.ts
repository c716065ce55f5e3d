import type { Database } from '@omnigate/database';
import { newId } from '@omnigate/runtime';
import type { MemberView } from './assignment';

/** How long members are believed to be there. */
export interface MembershipTimings {
  /** Between two heartbeats of a process, ms. */
  heartbeatMs: number;
  /** A member is gone so long after its last heartbeat, ms. */
  expiryMs: number;
}

/** What membership needs. */
export interface MembershipOptions extends MembershipTimings {
  /** The bus's own. */
  database: Database;
  /** Tells other processes that the members have changed. */
  announce(): void;
}

/** Who is there, of all groups, by the database's clock. */
export interface Membership {
  readonly instance: string;
  /** Whether other processes use this log. */
  readonly othersAlive: boolean;
  /** The members of this moment; as old as the last `refresh`. */
  readonly members: readonly MemberView[];
  /** Calls after a refresh that found other members. @returns ends it */
  watch(changed: () => void): () => void;
  /** Adds a member of this process. @throws AppError DATABASE_UNAVAILABLE */
  join(member: MemberView): Promise<void>;
  /** Takes a member of this process out. @throws AppError DATABASE_UNAVAILABLE */
  leave(memberId: string): Promise<void>;
  /** Renews all members of this process and reads everybody, in one statement. @throws AppError DATABASE_UNAVAILABLE */
  refresh(): Promise<void>;
  /** Removes the members of all other processes. @throws AppError DATABASE_UNAVAILABLE */
  removeOthers(): Promise<void>;
  /** Takes the process itself out. @throws AppError DATABASE_UNAVAILABLE */
  end(): Promise<void>;
}

const refreshText = `
with beat as (
  insert into bus.member (member_id, instance, group_name, topics, expires)
  select m.id, $1, m.group_name, string_to_array(m.topics, ' '), now() + $5 * interval '1 ms'
  from unnest($2::uuid[], $3::text[], $4::text[]) m(id, group_name, topics)
  on conflict (member_id) do update set expires = excluded.expires
)
select member_id, instance, group_name, topics from bus.member where expires > now() and instance <> $1`;

interface Row {
  member_id: string;
  instance: string;
  group_name: string;
  topics: string[];
}

/** Makes the membership of a process that has no members yet; the process itself counts from the first refresh. */
export function createMembership(o: MembershipOptions): Membership {
  const instance = newId();
  const own = new Map<string, MemberView>([[instance, { memberId: instance, group: '', topics: [] }]]);
  const watchers = new Set<() => void>();
  let others: MemberView[] = [];
  let fingerprint = '';
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function refreshOnce(): Promise<void> {
    const mine = [...own.values()];
    const rows = await o.database.query<Row>({
      name: 'bus_member_refresh',
      text: refreshText,
      values: [
        instance,
        mine.map((member) => member.memberId),
        mine.map((member) => member.group),
        mine.map((member) => member.topics.join(' ')),
        o.expiryMs,
      ],
    });
    others = rows.map((row) => ({ memberId: row.member_id, group: row.group_name, topics: row.topics }));
    tellIfChanged();
  }

  function tellIfChanged(): void {
    const now = [...own.keys(), ...others.map((member) => member.memberId)].sort().join();
    if (now === fingerprint) return;
    fingerprint = now;
    for (const changed of watchers) changed();
  }

  // Whoever asks while one is under way gets one that begins later: it must see what was there when they asked.
  function refresh(): Promise<void> {
    if (!running) {
      running = refreshOnce().finally(() => {
        running = undefined;
      });
      return running;
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return refresh();
      });
    return next;
  }

  return {
    instance,
    get othersAlive() {
      return others.length > 0;
    },
    get members() {
      return [...own.values(), ...others];
    },
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    async join(member) {
      own.set(member.memberId, member);
      await refresh();
      o.announce();
    },
    async leave(memberId) {
      own.delete(memberId);
      tellIfChanged();
      await o.database.query({ text: 'delete from bus.member where member_id = $1', values: [memberId] });
      o.announce();
    },
    refresh,
    async removeOthers() {
      await o.database.query({ text: 'delete from bus.member where instance <> $1', values: [instance] });
    },
    async end() {
      own.clear();
      await o.database.query({ text: 'delete from bus.member where instance = $1', values: [instance] });
      o.announce();
    },
  };
}
