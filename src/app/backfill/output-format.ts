import { avroFile } from '../../connect/files/avro-file.js';
import type { FileFormat } from '../../connect/files/file-format.js';
import { jsonLines } from '../../connect/files/json-lines.js';
import { parquetFile } from '../../connect/files/parquet-file.js';
import type { ReadableFormat } from '../../connect/files/row-reader.js';
import { avro } from '../../serde/avro/avro.js';
import type { OutputRow } from './output-row.js';

const AvroRow = avro.record('millrace.BackfillRow', {
  partition: avro.int(),
  /** JSON, as the value and the headers. */
  key: avro.string(),
  value: avro.string(),
  timestamp: avro.long(),
  headers: avro.optional(avro.string()),
});

/** How results are written; Avro and Parquet have key, value and headers as JSON. */
export function outputFormat(format: ReadableFormat): FileFormat<OutputRow> {
  switch (format) {
    case 'jsonl':
      return jsonLines();
    case 'avro':
      return converted(avroFile({ schema: AvroRow }), ({ partition, key, value, timestamp, headers }) => ({
        ...{ partition, timestamp },
        key: JSON.stringify(key),
        value: JSON.stringify(value),
        headers: headers === undefined ? null : JSON.stringify(headers),
      }));
    case 'parquet':
      return converted(
        parquetFile({
          columns: { partition: 'int32', key: 'json', value: 'json', timestamp: 'timestamp', headers: 'json' },
        }),
        ({ headers = null, ...row }) => ({ ...row, headers }),
      );
  }
}

function converted<Row>(format: FileFormat<Row>, convert: (row: OutputRow) => Row): FileFormat<OutputRow> {
  return {
    extension: format.extension,
    async load() {
      const encoding = await format.load();
      return { prepare: (row) => encoding.prepare(convert(row)), begin: () => encoding.begin() };
    },
  };
}
