import type { Call } from '../call.js';
import type { Position } from '../gen/millrace/query/v1/record.js';
import type { GetResponse, MultiGetRequest, MultiGetResponse } from '../gen/millrace/query/v1/state_query_service.js';
import type { Queries } from '../query-methods.js';
import type { Ask, StoreCall } from './store-call.js';

/** What a read of one key gives. */
interface Positioned {
  readonly position: Position | undefined;
}

/** The record of a key, wherever it is. That there is none is said when every task of the store has said so. */
export async function find<A extends Positioned>(
  call: StoreCall,
  key: unknown,
  ask: Ask<A>,
  found: (answer: A) => boolean,
): Promise<A> {
  const absent: A[] = [];
  for (const tasks of call.stagesFor(await call.tasks(), key)) {
    const answers = await call.ask(tasks, ask);
    const answer = answers.find(found);
    if (answer) return answer;
    absent.push(...answers);
  }
  return { ...(absent[0] as A), position: merged(absent) }; // as: a store has a task, which has answered
}

/** The records of many keys, in their order: those that likely have them are asked at once, then the others for the rest. */
export async function findAll(call: StoreCall, request: MultiGetRequest): Promise<MultiGetResponse> {
  const tasks = await call.tasks();
  const keys = request.keys.map((key: unknown): WantedKey => ({
    key,
    stages: call.stagesFor(tasks, key),
    answers: [],
  }));
  for (const stage of [0, 1]) {
    const missing = keys.filter(({ answers }) => !answers.some(({ record }) => record));
    const wanted = new Set(missing.flatMap(({ stages }) => stages[stage] ?? []));
    await call.ask([...wanted], (queries, part) => {
      const asked = new Set(part.hop?.tasks);
      const own = missing.filter(({ stages }) => stages[stage]?.some((task) => asked.has(task)));
      return askFor(own, request, queries, part);
    });
  }
  return { results: keys.map(({ answers }) => answers.find(({ record }) => record) ?? absent(answers)) };
}

interface WantedKey {
  readonly key: unknown;
  readonly stages: readonly (readonly string[])[];
  readonly answers: GetResponse[];
}

async function askFor(
  keys: readonly WantedKey[],
  request: MultiGetRequest,
  queries: Queries,
  call: Call,
): Promise<void> {
  const { results } = await queries.multiGet({ ...request, keys: keys.map(({ key }) => key) }, call);
  results.forEach((result, index) => keys[index]?.answers.push(result));
}

function absent(answers: readonly GetResponse[]): GetResponse {
  return { record: undefined, position: merged(answers) };
}

/** One position of several answers. */
export function merged(answers: readonly Positioned[]): Position {
  return { offsets: answers.flatMap(({ position }) => position?.offsets ?? []) };
}
