import type { AskRequest, IntegrationServiceService } from '@omnigate/contracts';
import { isAppError, toAppError } from '@omnigate/errors';
import type { Client } from '@omnigate/rpc';
import type { Logger } from '@omnigate/runtime';
import type { BotResult } from './domain/bot-result';
import { type WantedData, wantedData } from './domain/own-data';
import { type OwnItem, withOwnData, withoutOwnData } from './domain/own-data-answer';

/** What the business's own systems know is worth waiting for so long. */
const patienceMs = 2_000;
/** Less than this is left of the caller's time: nobody is asked. */
const leastMs = 100;
/** Kept of the caller's time, to answer in. */
const answeringMs = 500;
/** That no connector declares a look-up is believed for so long: a new one works within two seconds. */
const absentMs = 2_000;
const mostAbsences = 10_000;

/** Completes answers with what is the customer's own. */
export interface OwnData {
  /**
   * Looks up what a turn asks about, if it does; any other turn costs nothing.
   *
   * @param result what the bot would say
   * @param request what it was asked, with who asks
   * @param call the tenant, and until when an answer is wanted
   * @returns what to say
   */
  complete(
    result: BotResult,
    request: AskRequest & { maxCharacters: number },
    call: { tenantId: string; deadline?: Date; traceparent?: string | undefined },
  ): Promise<BotResult>;
}

/** What looking up needs. */
export interface OwnDataDeps {
  integration: Pick<Client<typeof IntegrationServiceService>, 'lookUp'>;
  logger: Logger;
}

/** What came of a look-up: the things, `none` where nobody knows the customer's, `away` where who knows does not answer. */
type Found = readonly OwnItem[] | 'none' | 'away';

/**
 * Makes the look-ups of the bot.
 *
 * @param deps whom to ask.
 * @returns the look-ups.
 */
export function createOwnData({ integration, logger }: OwnDataDeps): OwnData {
  const absentUntil = new Map<string, number>();

  function noteAbsence(key: string): void {
    if (absentUntil.size >= mostAbsences) absentUntil.clear();
    absentUntil.set(key, performance.now() + absentMs);
  }

  async function find(
    wanted: WantedData,
    request: AskRequest,
    call: { tenantId: string; deadlineMs: number; traceparent?: string | undefined },
  ): Promise<Found> {
    const key = `${call.tenantId}|${wanted.lookup}`;
    if ((absentUntil.get(key) ?? 0) > performance.now()) return 'none';
    const { orderNumber, lookup } = wanted;
    const parameters = orderNumber === undefined ? {} : { order_no: orderNumber };
    try {
      const asked = { lookup, parameters, ...(request.customer && { customer: request.customer }) };
      const { items } = await integration.lookUp(asked, call);
      return items.length > 0 ? items : 'none';
    } catch (error) {
      if (isAppError(error, 'NOT_FOUND')) noteAbsence(key);
      if (isAppError(error, 'NOT_FOUND') || isAppError(error, 'INVALID_ARGUMENT')) return 'none';
      logger.warn({ err: toAppError(error), tenant_id: call.tenantId, lookup }, 'look-up failed');
      return 'away';
    }
  }

  return {
    async complete(result, request, { tenantId, deadline, traceparent }) {
      const wanted = request.customer ? wantedData(openTexts(request), result) : undefined;
      if (!wanted) return result;
      const leftMs = (deadline?.getTime() ?? Number.POSITIVE_INFINITY) - Date.now() - answeringMs;
      const deadlineMs = Math.min(patienceMs, leftMs);
      if (deadlineMs < leastMs) return result;
      const found = await find(wanted, request, { tenantId, deadlineMs, traceparent });
      if (found === 'none') return result;
      const { maxCharacters } = request;
      return found === 'away'
        ? withoutOwnData(result, maxCharacters)
        : withOwnData(result, wanted, found, maxCharacters);
    },
  };
}

const openTexts = ({ utterances, openCount }: AskRequest): string[] =>
  utterances.slice(-(openCount || 1)).map(({ text }) => text);
