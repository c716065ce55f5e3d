import type { QueryReportResponse } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import { buildReport, type ReportSpan } from './report';

/** Reports read much: what comes in is counted on the other connections meanwhile. */
const atOnce = 2;

/** Puts a report together. */
export type QueryReport = (span: ReportSpan) => Promise<QueryReportResponse>;

/**
 * Puts reports together a few at once; who asks for one that is under way gets the same.
 *
 * @param database analytics'.
 * @returns how to ask for one.
 */
export function createReports(database: Database): QueryReport {
  const underWay = new Map<string, Promise<QueryReportResponse>>();
  const waiting: (() => void)[] = [];
  let building = 0;

  async function build(span: ReportSpan): Promise<QueryReportResponse> {
    if (building < atOnce) building += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await buildReport(database, span);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else building -= 1;
    }
  }

  return (span) => {
    const key = JSON.stringify(span);
    const known = underWay.get(key);
    if (known) return known;
    const report = build(span).finally(() => underWay.delete(key));
    underWay.set(key, report);
    return report;
  };
}
