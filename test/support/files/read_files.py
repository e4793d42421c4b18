"""Reads the files of a sink as others do: arguments FORMAT (json, avro, parquet) and FOLDER.

Prints as JSON, by reader: rows, sums (as text, which is exact), days, the latest time, and rows by their folders' hour.
"""
import collections
import datetime
import decimal
import glob
import json
import pathlib
import sys

import duckdb
import fastavro
import pyarrow.json
import pyarrow.parquet

name, root = sys.argv[1:3]
pattern = f"{root}/date=*/hour=*/*.{'jsonl' if name == 'json' else name}"


def hour_of(path):
    """The partition columns, from the folders' names."""
    date, hour = (part.split("=")[1] for part in pathlib.Path(path).parts[-3:-1])
    return f"{date} {hour}"


def millis(time):
    return round(time.timestamp() * 1000) if isinstance(time, datetime.datetime) else time


def summed(read):
    """What is in all files, by a function that gives the rows of one."""
    found = [(hour_of(path), row) for path in glob.glob(pattern) for row in read(path)]
    rows = [row for _, row in found]
    return {
        "rows": len(rows),
        "large": str(sum(int(row["large"]) for row in rows)),
        "amount": str(sum(decimal.Decimal(row["amount"]) for row in rows if row["amount"] is not None)),
        "days": sorted({str(row["day"])[:10] for row in rows}),
        "latest": max(millis(row["at"]) for row in rows),
        "hours": dict(collections.Counter(hour for hour, _ in found)),
    }


def by_duckdb():
    source = f"read_{name}('{pattern}', hive_partitioning = true, hive_types_autocast = false)"
    latest = 'max("at")' if name == "json" else 'epoch_ms(max("at"))'
    sums = f"count(*), sum(large::hugeint), sum(amount::decimal(38, 2)), {latest}"
    [(rows, large, amount, latest)] = duckdb.sql(f"select {sums} from {source}").fetchall()
    days = duckdb.sql(f"select distinct day::varchar from {source} order by 1").fetchall()
    hours = duckdb.sql(f"select date || ' ' || hour, count(*) from {source} group by all").fetchall()
    return {
        "rows": rows,
        "large": str(large),
        "amount": str(amount),
        "days": [day for (day,) in days],
        "latest": latest,
        "hours": dict(hours),
    }


def avro_rows(path):
    with open(path, "rb") as file:
        yield from fastavro.reader(file)


readers = {
    "json": {"duckdb": by_duckdb, "pyarrow": lambda: summed(lambda path: pyarrow.json.read_json(path).to_pylist())},
    "avro": {"fastavro": lambda: summed(avro_rows)},
    "parquet": {
        "duckdb": by_duckdb,
        "pyarrow": lambda: summed(lambda path: pyarrow.parquet.ParquetFile(path).read().to_pylist()),
    },
}
print(json.dumps({reader: read() for reader, read in readers[name].items()}))
