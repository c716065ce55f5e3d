import * as contracts from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';

/** What ts-proto makes of a message, as far as needed here. */
export interface MessageType {
  fromPartial(partial: unknown): unknown;
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
}

const byName = contracts as unknown as Record<string, MessageType | undefined>;

/**
 * Finds the generated type of a message. Messages of Omnigate have names that are unique without their package.
 * @param name full or short, such as `omnigate.message.v1.Content`
 * @throws AppError INTERNAL when there is none
 */
export function messageType(name: string): MessageType {
  const type = byName[name.slice(name.lastIndexOf('.') + 1)];
  if (typeof type?.fromPartial !== 'function') throw new AppError('INTERNAL', { message_type: name });
  return type;
}

/**
 * Finds the generated type of a method's request, which buf's lint names after the method.
 * @param path such as `/omnigate.bot.v1.BotService/Ask`
 */
export function requestType(path: string): MessageType {
  return messageType(`${path.slice(path.lastIndexOf('/') + 1)}Request`);
}
