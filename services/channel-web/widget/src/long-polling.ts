import type { ChatMessage, ServerFrame, Unsent } from './protocol';
import type { Endpoint, Transport, TransportEvents } from './transport';

interface Page {
  messages: ChatMessage[];
  last_seq: number;
  delivered_seq: number;
  read_seq: number;
}

interface Refusal {
  error?: { code?: string };
}

/** Long polling for networks that let no WebSocket through; it speaks the same frames to its user. */
export function openLongPolling(endpoint: Endpoint, events: TransportEvents): Transport {
  const abort = new AbortController();
  const headers = { authorization: `Bearer ${endpoint.token}` };
  let after = endpoint.afterSeq;
  let wasReady = false;
  let ended = false;

  const end = (code: number) => {
    if (ended) return;
    ended = true;
    abort.abort();
    events.closed({ code, wasReady });
  };
  const call = async (path: string, init: RequestInit) => {
    const response = await fetch(endpoint.url + path, { ...init, signal: abort.signal });
    if (response.status === 401) end(4401);
    return response;
  };

  async function poll(wait: boolean): Promise<void> {
    const response = await call(`/messages?after_seq=${after}${wait ? '' : '&wait=0'}`, { headers });
    if (!response.ok) return end(1013);
    const page = (await response.json()) as Page;
    if (ended) return;
    const { messages, ...progress } = page;
    events.frame(wasReady ? { t: 'receipt', ...progress } : { t: 'ready', ...progress });
    wasReady = true;
    for (const message of messages) events.frame({ t: 'message', ...message });
    after = messages.at(-1)?.seq ?? after;
  }

  async function run(): Promise<void> {
    await poll(false);
    while (!ended) await poll(true);
  }

  async function post(message: Unsent): Promise<void> {
    const response = await call('/messages', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': message.cid },
      body: JSON.stringify({ text: message.text, choice: message.choice, rating: message.rating }),
    });
    const body = (await response.json()) as ServerFrame & Refusal;
    if (response.ok) return events.frame({ ...body, t: 'ack' } as ServerFrame);
    const retryAfter = Number(response.headers.get('retry-after')) * 1000 || undefined;
    events.frame({
      t: 'error',
      code: body.error?.code ?? 'INTERNAL',
      cid: message.cid,
      retry_after_ms: retryAfter,
    });
  }

  /** A poll under way may wait for long, so this does not wait for the next. */
  async function tellRead(seq: number): Promise<void> {
    await call(`/messages?after_seq=${seq}&read_seq=${seq}&limit=1&wait=0`, { headers });
  }

  run().catch(() => end(1006));
  return {
    send: (message) => void post(message).catch(() => end(1006)),
    typing: () => {},
    ack: () => {},
    read: (seq) => void tellRead(seq).catch(() => end(1006)),
    close: () => end(1000),
  };
}
