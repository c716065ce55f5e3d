import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import * as grpc from '@grpc/grpc-js';
import { botService, closing, endAll, start, whoAmI } from './loopback.fixture';

afterEach(endAll);

/** Field numbers of grpc/reflection/v1/reflection.proto. */
const fileContainingSymbol = 4;
const fileDescriptorResponse = 4;
const listServices = 7;
const listServicesResponse = 6;
const errorResponse = 7;

type Fields = Map<number, Uint8Array[]>;

// Length-delimited fields by number.
function fieldsOf(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === 2) fields.set(number, [...(fields.get(number) ?? []), reader.bytes()]);
    else reader.skip(wireType, number);
  }
  return fields;
}

// Without a key.
async function reflect(address: string, version: string, field: number, value: string): Promise<Fields> {
  const client = closing(new grpc.Client(address, grpc.credentials.createInsecure()));
  const same = (bytes: Buffer) => bytes;
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  const call = client.makeBidiStreamRequest<Buffer, Buffer>(path, same, same);
  const request = new BinaryWriter().uint32((field << 3) | 2).string(value);
  call.write(Buffer.from(request.finish()));
  call.end();
  const answers: Buffer[] = [];
  for await (const answer of call) answers.push(answer as Buffer);
  return fieldsOf(answers[0] as Buffer);
}

describe.each(['v1', 'v1alpha'])('reflection %s', (version) => {
  it('lists health and every service of Omnigate', async () => {
    const { address } = await start(botService(whoAmI));
    const response = await reflect(address, version, listServices, '*');
    const services = fieldsOf(response.get(listServicesResponse)?.[0] as Uint8Array).get(1) ?? [];
    const names = services.map((service) =>
      Buffer.from(fieldsOf(service).get(1)?.[0] as Uint8Array).toString(),
    );
    expect(names.toSorted()).toEqual([
      'grpc.health.v1.Health',
      'omnigate.analytics.v1.AnalyticsService',
      'omnigate.bot.v1.BotService',
      'omnigate.contact.v1.ContactService',
      'omnigate.conversation.v1.ConversationService',
      'omnigate.delivery.v1.DeliveryService',
      'omnigate.directory.v1.DirectoryService',
      'omnigate.directory.v1.RegistryService',
      'omnigate.integration.v1.IntegrationService',
      'omnigate.knowledge.v1.KnowledgeService',
      'omnigate.operations.v1.OperationsService',
      'omnigate.routing.v1.RoutingService',
      'omnigate.ticket.v1.TicketService',
    ]);
  });

  it('gives the files of a symbol, with what they import', async () => {
    const { address } = await start(botService(whoAmI));
    const response = await reflect(address, version, fileContainingSymbol, 'omnigate.bot.v1.BotService');
    const files = fieldsOf(response.get(fileDescriptorResponse)?.[0] as Uint8Array).get(1) ?? [];
    const names = files.map((file) => Buffer.from(fieldsOf(file).get(1)?.[0] as Uint8Array).toString());
    expect(names).toEqual(
      expect.arrayContaining(['omnigate/bot/v1/bot_service.proto', 'omnigate/message/v1/message.proto']),
    );
  });

  it('says so when there is no such symbol', async () => {
    const { address } = await start(botService(whoAmI));
    expect(
      (await reflect(address, version, fileContainingSymbol, 'omnigate.Nothing')).has(errorResponse),
    ).toBe(true);
  });
});
