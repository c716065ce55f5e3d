/** Who the page says the visitor is, and its server's proof. */
export interface Identity {
  userId: string;
  hash: string;
  name: string;
}

/** A token, or why there is none where it makes no sense to ask again. */
export type Session = { token: string } | { refusal: 'refused' | 'unproved' };

/**
 * Asks for a session.
 * @param url such as "https://chat.example.com/chat/0199…"
 * @throws Error when it may be asked for again
 */
export async function openSession(url: string, identity: Identity | undefined): Promise<Session> {
  const body = identity
    ? { identity: { user_id: identity.userId, hash: identity.hash, name: identity.name } }
    : {};
  const response = await fetch(`${url}/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status === 401) return { refusal: 'unproved' };
  if (response.status === 403 || response.status === 404) return { refusal: 'refused' };
  if (!response.ok) throw new Error(`sessions: ${response.status}`);
  return (await response.json()) as { token: string };
}
