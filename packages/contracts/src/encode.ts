import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** What ts-proto generates for a message, as far as encoding goes. */
export interface Encoder<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
}

let writer = new BinaryWriter();

/**
 * Encodes a message. One writer serves all calls: its buffer has grown to the size of what is usual, where a new writer
 * would grow anew each time.
 *
 * @param encoder such as `MessageSend` of this package
 * @param message what to encode
 * @returns bytes of their own
 */
export function encodeMessage<Message>(encoder: Encoder<Message>, message: Message): Uint8Array<ArrayBuffer> {
  try {
    return encoder.encode(message, writer).finish();
  } catch (error) {
    // What was written before the failure must not begin the next message.
    writer = new BinaryWriter();
    throw error;
  }
}
