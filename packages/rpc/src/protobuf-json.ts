import {
  createFileRegistry,
  type FileRegistry,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { messageType } from './message-types';

let registry: FileRegistry | undefined;

function files(): FileRegistry {
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));
  return registry;
}

function schemaOf(name: string) {
  const schema = files().getMessage(name);
  if (!schema) throw new AppError('INTERNAL', { message_type: name });
  return schema;
}

/**
 * Writes a message as protobuf JSON with the fields' own names (snake_case), defaults shown, enums by name.
 * @param name full name, such as `omnigate.conversation.v1.Conversation`
 * @param message as ts-proto has it, or its bytes
 */
export function toProtobufJson(name: string, message: unknown): JsonValue {
  const bytes = message instanceof Uint8Array ? message : messageType(name).encode(message).finish();
  const options = { alwaysEmitImplicit: true, useProtoFieldName: true, registry: files() };
  return toJson(schemaOf(name), fromBinary(schemaOf(name), bytes), options);
}

/**
 * Reads protobuf JSON; both spellings of field names are known.
 * @param name full name, such as `omnigate.message.v1.Content`
 * @returns the message as ts-proto has it
 * @throws AppError INVALID_ARGUMENT with the reason
 */
export function fromProtobufJson<T>(name: string, json: JsonValue): T {
  const schema = schemaOf(name);
  try {
    const bytes = toBinary(schema, fromJson(schema, json, { registry: files() }));
    return messageType(name).decode(bytes) as T;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not protobuf JSON';
    throw new AppError('INVALID_ARGUMENT', { reason }, { cause: error });
  }
}
