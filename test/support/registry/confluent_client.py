"""Writes and reads by Confluent's own client: arguments URL, USER:PASSWORD (or empty), TOPIC, FORMAT, write | read HEX.

FORMAT: avro (a value with every logical type), json, protobuf. The schema comes from standard input: JSON, or the descriptor
of a file in base64 with one message. `write` prints the bytes as hex, `read` prints what it finds as JSON.
"""
import base64
import datetime
import decimal
import json
import sys
import uuid

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

url, user, topic, format, action = sys.argv[1:6]
registry = SchemaRegistryClient({"url": url, **({"basic.auth.user.info": user} if user else {})})
context = SerializationContext(topic, MessageField.VALUE)
utc = datetime.timezone.utc
schema = sys.stdin.read()
PLAIN = {"seller": "Köln", "count": 7, "tags": ["a", "b"]}


def avro():
    value = {
        "seller": "Köln",
        "amount": decimal.Decimal("-1234.50"),
        "at": datetime.datetime(2026, 11, 27, 12, 30, 15, 250000, tzinfo=utc),
        "exactly": datetime.datetime(2026, 11, 27, 12, 30, 15, 250001, tzinfo=utc),
        "day": datetime.date(2026, 11, 27),
        "time": datetime.time(23, 59, 59, 999000),
        "id": uuid.UUID("123e4567-e89b-12d3-a456-426614174000"),
        "kind": "store",
        "note": None,
        "paid": ("shop.Cash", {"change": decimal.Decimal("1.50")}),
        "tags": ["a", "b"],
        "added": "by the writer",
    }
    return value, lambda: AvroSerializer(registry, schema), lambda: AvroDeserializer(registry, return_record_name=True)


def json_schema():
    return PLAIN, lambda: JSONSerializer(schema, registry), lambda: JSONDeserializer(schema)


def protobuf():
    file = descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(schema))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    message = message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.{file.message_type[0].name}"))
    options = {"use.deprecated.format": False}
    return (
        json_format.ParseDict(PLAIN, message()),
        lambda: ProtobufSerializer(message, registry, options),
        lambda: ProtobufDeserializer(message, options),
    )


value, serializer, deserializer = {"avro": avro, "json": json_schema, "protobuf": protobuf}[format]()
if action == "write":
    print(serializer()(value, context).hex())
else:
    found = deserializer()(bytes.fromhex(sys.argv[6]), context)
    found = json_format.MessageToDict(found) if format == "protobuf" else found
    print(json.dumps(found, default=str))
