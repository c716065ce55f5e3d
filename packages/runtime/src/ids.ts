import { parse, v5, v7 } from 'uuid';

// Fixed for ever: another value would turn every provider's repeat into a new message.
const eventNamespace = parse('6f0b3c1e-2d4a-5c58-9a7e-4b1d0c6e8f25');

/** Makes a UUIDv7; within a process later ids sort after earlier ones. Source: RFC 9562 §5.7, §6.2. */
export function newId(): string {
  return v7();
}

/**
 * Makes the event id of an inbound message, so that a provider's repeat has the same. Source: RFC 9562 §5.5 (UUIDv5).
 * @param channelId UUID of the channel
 * @param providerMessageId the provider's id of the message, any text
 * @param part 0 for the first message made of the provider's one, 1 for the next
 */
export function eventIdOf(channelId: string, providerMessageId: string, part: number): string {
  return v5(`${channelId}|${providerMessageId}|${part}`, eventNamespace);
}
