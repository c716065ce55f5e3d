import type { LoggedEvent } from './store/event-log';

/** The JSON of an event as the page gets it, without its type; content is JSON already and is not parsed again. */
function eventFields(event: LoggedEvent): string {
  const { seq, id, cid, role, name, time } = event;
  const head = JSON.stringify({ seq, id, ...(cid === null ? {} : { cid }), from: { role, name } });
  return `${head.slice(1, -1)},"content":${event.content},"time":"${time.toISOString()}"`;
}

/** An event as a frame of the socket. */
export const messageFrame = (event: LoggedEvent): string => `{"t":"message",${eventFields(event)}}`;

/** An event in the answer of the HTTP fallback. */
export const messageObject = (event: LoggedEvent): string => `{${eventFields(event)}}`;
