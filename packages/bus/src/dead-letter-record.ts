import { deadLetterTopic } from '@omnigate/contracts';
import { sqlState } from '@omnigate/database';
import { isAppError } from '@omnigate/errors';
import type { BusRecord, OutgoingRecord } from './port';

/** Why a record could not be handled. */
export interface Failure {
  error?: unknown;
  /** Default: the error's. */
  code?: string;
  /** How often the handler had it. */
  attempts: number;
  /** When it failed first. */
  firstTime: Date;
}

/** Headers of a dead letter. A replayed record keeps the attempts and the first failure, should it fail again. */
export const deadLetterHeaders = {
  reason: 'dlq_reason',
  errorCode: 'dlq_error_code',
  attempts: 'dlq_attempts',
  firstFailTime: 'dlq_first_fail_time',
  failTime: 'dlq_fail_time',
  sourceTopic: 'dlq_source_topic',
  sourcePartition: 'dlq_source_partition',
  sourceOffset: 'dlq_source_offset',
  group: 'dlq_group',
} as const;

/**
 * Makes the record that goes to the group's dead letters: the same, with the reason. Nothing of the error but its class
 * and code: its text may quote what a customer wrote.
 * @param record the one at fault
 * @param group that could not handle it
 */
export function deadLetterOf(record: BusRecord, group: string, failure: Failure): OutgoingRecord {
  const h = deadLetterHeaders;
  const { topic, key, value, eventId, type, tenantId, headers } = record;
  return {
    ...{ key, value, eventId, type, tenantId },
    topic: deadLetterTopic(topic, group),
    headers: {
      ...headers,
      [h.reason]: failure.error instanceof Error ? failure.error.name : 'refused by the handler',
      [h.errorCode]: failure.code ?? errorCodeOf(failure.error),
      [h.attempts]: String(Number(headers[h.attempts] ?? 0) + failure.attempts),
      [h.firstFailTime]: headers[h.firstFailTime] ?? failure.firstTime.toISOString(),
      [h.failTime]: new Date().toISOString(),
      [h.sourceTopic]: topic,
      [h.sourcePartition]: String(record.partition),
      [h.sourceOffset]: String(record.offset),
      [h.group]: group,
    },
  };
}

/**
 * Makes the record that is published again. The attempts and the first failure stay, should it fail again.
 * @param letter a dead letter
 * @param topic the group's retry topic
 */
export function replayedRecord(letter: BusRecord, topic: string): OutgoingRecord {
  const { key, value, type, headers, eventId, tenantId } = letter;
  const kept = new Set<string>([deadLetterHeaders.attempts, deadLetterHeaders.firstFailTime]);
  const own = new Set<string>(Object.values(deadLetterHeaders));
  const rest = Object.entries(headers).filter(([name]) => kept.has(name) || !own.has(name));
  return { topic, key, value, eventId, type, tenantId, headers: Object.fromEntries(rest) };
}

function errorCodeOf(error: unknown): string {
  if (isAppError(error)) return error.code;
  const state = sqlState(error);
  return state ? `SQLSTATE_${state}` : 'HANDLER_FAILED';
}
