/** One message on the phone's WeChat. */
export interface PhoneMessage {
  id: string;
  /** The customer wrote it. */
  mine: boolean;
  text: string;
  /** Path of a picture on this server; empty for none. */
  picture: string;
  /** Choices to tap. */
  options: { id: string; label: string }[];
}

/** A ticket as the worker's phone shows it. */
export interface PhoneTicket {
  id: string;
  number: string;
  state: 'OPEN' | 'ASSIGNED' | 'ACCEPTED' | 'COMPLETED' | 'CLOSED' | 'CANCELLED';
  type: { zh: string; en: string };
  summary: string;
  details: { label: { zh: string; en: string }; value: { zh: string; en: string } }[];
  pictures: string[];
  worker: string;
  rating: number;
}

/** What happened today, in figures. */
export interface DayReport {
  day: string;
  figures: { name: FigureName; value: string }[];
  channels: { channel: string; conversations: number; inbound: number }[];
  hours: { hour: number; conversations: number }[];
  words: { word: string; conversations: number }[];
}

/** Figures of the day. */
export type FigureName =
  | 'conversations'
  | 'botConfirmed'
  | 'botAssumed'
  | 'people'
  | 'firstResponse'
  | 'tickets'
  | 'rating';

/** What the server said no to. */
export class RefusedError extends Error {
  /** @param code of the table of errors, such as `MEDIA_TYPE_REFUSED` */
  constructor(readonly code: string) {
    super(code);
  }
}

const base = '/demo/api';

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(`${base}${path}`, init);
  if (!response.ok) {
    const { code } = (await response.json().catch(() => ({}))) as { code?: string };
    throw new RefusedError(code ?? `HTTP ${response.status}`);
  }
  return (await response.json()) as T;
}

const post = <T>(path: string, body: unknown): Promise<T> =>
  call(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const upload = <T>(path: string, picture: Blob): Promise<T> =>
  call(path, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: picture });

/** What the page asks its server. */
export const api = {
  comeAs: (user: string) => post<object>('/wechat/users', { user }),
  messages: (user: string) => call<{ messages: PhoneMessage[] }>(`/wechat/messages?user=${user}`),
  say: (user: string, text: string) => post<object>('/wechat/messages', { user, text }),
  choose: (user: string, choice: string, label: string) =>
    post<object>('/wechat/messages', { user, choice, text: label }),
  sendPicture: (user: string, picture: Blob) => upload<object>(`/wechat/pictures?user=${user}`, picture),
  tickets: () => call<{ tickets: PhoneTicket[] }>('/tickets'),
  accept: (id: string) => post<object>(`/tickets/${id}/accept`, {}),
  refuse: (id: string) => post<object>(`/tickets/${id}/refuse`, {}),
  complete: (id: string, result: string, mediaIds: string[]) =>
    post<object>(`/tickets/${id}/complete`, { result, media_ids: mediaIds }),
  uploadPicture: (picture: Blob) => upload<{ media_id: string }>('/pictures', picture),
  report: () => call<DayReport>('/report'),
};
