"""Writes and reads Avro by Confluent's own client: arguments URL, USER:PASSWORD, TOPIC, write | read HEX.

The value holds every logical type; `write` prints its bytes as hex, `read` prints what it finds as JSON.
"""
import datetime
import decimal
import json
import sys
import uuid

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

url, user, topic, action = sys.argv[1:5]
registry = SchemaRegistryClient({"url": url, "basic.auth.user.info": user})
context = SerializationContext(topic, MessageField.VALUE)
utc = datetime.timezone.utc

if action == "write":
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
    schema = sys.stdin.read()
    print(AvroSerializer(registry, schema)(value, context).hex())
else:
    value = AvroDeserializer(registry, return_record_name=True)(bytes.fromhex(sys.argv[5]), context)
    print(json.dumps(value, default=str))
