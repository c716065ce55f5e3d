/**
 * Makes the key under which messages keep their order: `channel_id|address|thread_key`.
 * @param channelId UUID
 * @param address the customer's, as the adapter normalises it
 * @param threadKey empty where the channel has no threads
 */
export function messageKey(channelId: string, address: string, threadKey: string): string {
  return `${channelId}|${escapeBar(address)}|${escapeBar(threadKey)}`;
}

// An address may hold a `|`; without the escape two customers could share a key.
function escapeBar(part: string): string {
  return part.includes('|') || part.includes('%') ? part.replaceAll('%', '%25').replaceAll('|', '%7C') : part;
}

/**
 * Makes the key of `resource.changed`.
 * @param kind such as `Channel`
 * @param id the resource's id
 */
export function resourceKey(kind: string, id: string): string {
  return `${kind}|${id}`;
}
