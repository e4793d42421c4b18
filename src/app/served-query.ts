import { answerJson } from '../query/answers/answer-json.js';
import { readAnswerType } from '../query/answers/read-answer-type.js';
import { toJson, type JsonValue } from '../query/json-value.js';
import { MillraceError, invalid } from '../util/errors.js';
import { answerAnywhere, type AskedQuery, type GivenInput } from './ask-others.js';
import type { QueryDefinition, QueryStores } from './define-query.js';
import { pathNames } from './query-names.js';

/** A query of a topology that runs here. */
export interface ServedQuery extends AskedQuery {
  readonly application: string;
}

/** Serves a query over the stores of its application. @param others see {@link AskedQuery} */
export function servedQuery(
  application: string,
  query: QueryDefinition,
  stores: QueryStores,
  others?: AskedQuery['others'],
): ServedQuery {
  const toAnswer = answerWriter(query);
  return {
    application,
    query,
    others,
    async answer(input) {
      const answer = await query.answer(input, stores);
      return answer === undefined ? undefined : toAnswer(answer);
    },
  };
}

function answerWriter({ name, returns }: QueryDefinition): (answer: unknown) => JsonValue {
  if (returns === undefined) return toJson;
  const type = readAnswerType(name, returns);
  return (answer) => answerJson(type, answer);
}

/**
 * Asks a query, over whatever protocol. @param hop it comes from another instance, and is answered from the stores here
 * @throws MillraceError `NOT_FOUND`, `BAD_QUERY_PATH`, and what its `answer` throws
 */
export async function askQuery(served: ServedQuery, input: GivenInput, hop = false): Promise<JsonValue> {
  const { application, query } = served;
  const names = pathNames(query.path);
  const empty = names.find((name) => (input[name] ?? '') === '');
  if (empty !== undefined) {
    throw invalid('BAD_QUERY_PATH', `query "${query.name}" is asked for nothing: ${empty} is empty`, {
      context: { field: empty },
    });
  }
  const found = await answerAnywhere(served, input, hop);
  if (found !== undefined) return found;
  const asked = names.map((name) => `${name} "${input[name] ?? ''}"`);
  throw new MillraceError({
    code: 'NOT_FOUND',
    kind: 'invalid',
    message: `there is no ${query.name} of ${asked.join(', ') || 'anything'}`,
    context: { application, query: query.name },
  });
}
