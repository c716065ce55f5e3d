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
  let read = 0;
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
    const query = `?after_seq=${after}${wait ? '' : '&wait=0'}${read ? `&read_seq=${read}` : ''}`;
    const response = await call(`/messages${query}`, { headers });
    if (!response.ok) return end(1013);
    const page = (await response.json()) as Page;
    if (!wasReady) events.frame({ t: 'ready', ...page });
    wasReady = true;
    for (const message of page.messages) events.frame({ t: 'message', ...message });
    after = page.messages.at(-1)?.seq ?? after;
  }

  async function run(): Promise<void> {
    await poll(false);
    while (!ended) await poll(true);
  }

  async function post(message: Unsent): Promise<void> {
    const response = await call('/messages', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': message.cid },
      body: JSON.stringify(message.choice ? { choice: message.choice } : { text: message.text }),
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

  run().catch(() => end(1006));
  return {
    send: (message) => void post(message).catch(() => end(1006)),
    typing: () => {},
    ack: () => {},
    read: (seq) => {
      read = Math.max(read, seq);
    },
    close: () => end(1000),
  };
}
