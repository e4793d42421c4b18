import { invalid } from '../../util/errors.js';
import type { SerdePlace } from '../serde.js';

/**
 * Under which subject a schema is kept. `topic`: `<topic>-key` or `<topic>-value`, one schema per topic (Confluent's
 * TopicNameStrategy); `record`: the record's full name, the same in every topic (RecordNameStrategy); `topicRecord`:
 * `<topic>-<record>` (TopicRecordNameStrategy). A function gives it for a topic and a part of its records.
 */
export type SubjectStrategy =
  'topic' | 'record' | 'topicRecord' | ((topic: string, part: 'key' | 'value', record: string | undefined) => string);

/**
 * The subject of a schema in a place; undefined where a topic is chosen per record, or by a pattern, and only read.
 * @throws MillraceError `SCHEMA_SUBJECT_UNKNOWN`
 */
export function subjectOf(
  strategy: SubjectStrategy,
  { topic, part, access }: SerdePlace,
  record: string | undefined,
): string | undefined {
  if (strategy === 'record') return record ?? unnamed(strategy);
  if (topic === undefined) {
    if (access === 'read') return undefined;
    throw invalid('SCHEMA_SUBJECT_UNKNOWN', 'a sink chooses its topic per record, and its schema is kept by topic', {
      hint: "Give the sink's serde `subject: 'record'`, or a function.",
    });
  }
  if (strategy === 'topic') return `${topic}-${part}`;
  if (strategy === 'topicRecord') return `${topic}-${record ?? unnamed(strategy)}`;
  return strategy(topic, part, record);
}

function unnamed(strategy: string): never {
  throw invalid('SCHEMA_SUBJECT_UNKNOWN', `a schema without a name has no subject by strategy "${strategy}"`, {
    hint: "Use a record, or give its serde `subject: 'topic'`.",
  });
}
