import { AnalyticsServiceService, type QueryReportRequest } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { type CallContext, defineService, type Role, type RpcService } from '@omnigate/rpc';
import type { AnalyticsContext } from '../context';
import { addDays, isDay, zonedHour } from '../domain/zoned-day';
import { rebuildFigures } from '../rebuild';
import type { ReportSpan } from '../report';
import { createReports } from '../reports';
import { timeZoneOf } from '../tenant-zone';

const managers: readonly Role[] = ['owner', 'admin', 'operator'];
const readers: readonly Role[] = [...managers, 'supervisor', 'auditor', 'service'];

const defaultDays = 7;
const daysAtMost = 366;

/**
 * AnalyticsService: figures of what happened.
 *
 * @param context what analytics works with.
 * @returns the service.
 */
export function createAnalyticsService(context: AnalyticsContext): RpcService<AnalyticsServiceService> {
  const report = createReports(context.database);
  const allow = { queryReport: readers, rebuildFigures: managers };
  return defineService(AnalyticsServiceService, allow, {
    async queryReport(request, call) {
      return report(await spanOf(context, request, call));
    },
    async rebuildFigures(_request, { identity }) {
      const { conversations, tickets } = await rebuildFigures(context.database, identity.tenantId);
      return { conversations: BigInt(conversations), tickets: BigInt(tickets) };
    },
  });
}

async function spanOf(
  context: AnalyticsContext,
  request: QueryReportRequest,
  { identity }: CallContext,
): Promise<ReportSpan> {
  const { tenantId } = identity;
  const days = request.days || defaultDays;
  if (days < 1 || days > daysAtMost) throw invalid('days', `must be 1 to ${daysAtMost}`);
  if (request.lastDay !== '' && !isDay(request.lastDay))
    throw invalid('last_day', 'must be a day, YYYY-MM-DD');
  const timeZone = await timeZoneOf(context, tenantId);
  const lastDay = request.lastDay || zonedHour(context.clock(), timeZone).day;
  const firstDay = addDays(lastDay, 1 - days);
  return { tenantId, firstDay, lastDay, days, timeZone, channel: request.channel };
}

const invalid = (field: string, description: string): AppError =>
  new AppError(
    'INVALID_ARGUMENT',
    { reason: `${field} ${description}` },
    { fields: [{ field, description }] },
  );
