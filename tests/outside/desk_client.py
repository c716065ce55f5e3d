"""A program of somebody else: it knows Omnigate's address and a key, and learns everything else by reflection.

    desk_client.py ADDRESS services               the names of all services, as a JSON array
    desk_client.py ADDRESS call METHOD JSON       one call, such as omnigate.directory.v1.DirectoryService/ListResources
    desk_client.py ADDRESS answer TEXT            watches offers and conversations, accepts the first offer and replies TEXT

The key is taken from OMNIGATE_API_KEY. Each line of the output is one JSON value; a refused call is {"code": "..."}.
"""

import json
import os
import sys
import threading

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

CALL_SECONDS = 20
WATCH_SECONDS = 60
OUTPUT = threading.Lock()


class Gateway:
    """Calls by name; requests and responses are dicts with the fields' own names."""

    def __init__(self, address, key):
        self.channel = grpc.insecure_channel(address)
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = DescriptorPool(self.database)
        self.metadata = [("authorization", f"Bearer {key}")] if key else []

    def services(self):
        return sorted(self.database.get_services())

    def _method(self, path, request):
        service, name = path.split("/")
        method = self.pool.FindServiceByName(service).FindMethodByName(name)
        kind = self.channel.unary_stream if method.server_streaming else self.channel.unary_unary
        message = json_format.ParseDict(request, GetMessageClass(method.input_type)())
        stub = kind(
            f"/{path}",
            request_serializer=lambda value: value.SerializeToString(),
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        return stub, message

    def call(self, path, request):
        stub, message = self._method(path, request)
        response = stub(message, metadata=self.metadata, timeout=CALL_SECONDS)
        return json_format.MessageToDict(response, preserving_proto_field_name=True)

    def watch(self, path, request):
        stub, message = self._method(path, request)
        for response in stub(message, metadata=self.metadata, timeout=WATCH_SECONDS):
            yield json_format.MessageToDict(response, preserving_proto_field_name=True)


def tell(value):
    with OUTPUT:
        print(json.dumps(value, ensure_ascii=False), flush=True)


CONVERSATIONS = "omnigate.conversation.v1.ConversationService"
ROUTING = "omnigate.routing.v1.RoutingService"


def watch_conversations(gateway, ready, done):
    """Tells each change until the reply is seen."""
    for response in gateway.watch(f"{CONVERSATIONS}/WatchConversations", {}):
        change = response.get("change")
        if change is None:
            ready.set()
            continue
        role = change.get("message_recorded", {}).get("message", {}).get("sender", {}).get("role", "")
        tell({"changed": change["conversation_id"], "role": role})
        if role == "PARTY_ROLE_AGENT":
            done.set()
            return


def answer(gateway, text):
    ready, done = threading.Event(), threading.Event()
    watcher = threading.Thread(target=watch_conversations, args=(gateway, ready, done), daemon=True)
    watcher.start()
    if not ready.wait(CALL_SECONDS):
        raise SystemExit("the watch of conversations did not begin")
    gateway.call(f"{ROUTING}/SetPresence", {"state": "PRESENCE_STATE_ONLINE"})
    for response in gateway.watch(f"{ROUTING}/WatchOffers", {}):
        offer = response.get("offer")
        if offer is None:
            tell({"watching": True})
            continue
        if offer["state"] != "OFFER_STATE_OFFERED":
            continue
        accepted = gateway.call(f"{ROUTING}/AcceptOffer", {"offer_id": offer["id"]})
        tell({"accepted": accepted["conversation"]["owner"]})
        content = {"text": {"body": text}}
        sent = gateway.call(
            f"{CONVERSATIONS}/SendMessage",
            {"conversation_id": offer["conversation_id"], "content": content},
        )
        tell({"sent": sent["message"]["id"]})
        break
    if not done.wait(CALL_SECONDS):
        raise SystemExit("the reply was not seen by the watch of conversations")


def main():
    address, command, *rest = sys.argv[1:]
    gateway = Gateway(address, os.environ.get("OMNIGATE_API_KEY", ""))
    if command == "services":
        tell(gateway.services())
    elif command == "call":
        try:
            tell(gateway.call(rest[0], json.loads(rest[1])))
        except grpc.RpcError as error:
            tell({"code": error.code().name})
    else:
        answer(gateway, rest[0])


main()
