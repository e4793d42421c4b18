/*
 * npm run oracle -- [--seed S] [--count N] [--prefix P] [SCENARIO...]
 *
 * Runs random scenarios (or those in the files and folders given) in the real Kafka Streams and in Millrace, and prints how
 * they differ, the pass rate by tag and `N passed, M failed, K skipped`; skipped is what Kafka Streams could not build or
 * run. Exits 1 if a scenario differs. Such a scenario stays in oracle-differences/ as a vector: `npm run conformance -- FILE` replays it.
 *
 * --vectors DIR   writes all vectors to a folder
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Outcomes } from '../outcomes.js';
import { runVector } from '../run-vector.js';
import type { Vector } from '../vector.js';
import { KafkaStreams, writeScenarios } from './kafka-streams.js';

/** Scenarios of one start of Java: enough to outweigh the start, few enough for Millrace to begin soon. */
const BATCH = 250;
const DIFFERENCES = 'oracle-differences';
/** What Kafka Streams' optimizer says of some sound programs that repartition twice; Millrace builds them. */
const CANNOT_MERGE = 'Found a null keyChangingChild node';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
    prefix: { type: 'string' },
    vectors: { type: 'string' },
  },
});
const outcomes = new Outcomes();
const folder = mkdtempSync(join(tmpdir(), 'oracle-'));
try {
  await compare(await scenarios());
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`\n${outcomes.toString()}`);
process.exitCode = outcomes.failed > 0 ? 1 : 0;

async function scenarios(): Promise<string[]> {
  if (positionals.length > 0) return positionals.flatMap(jsonFiles);
  const { seed, count, prefix = `seed-${seed}` } = options;
  const made = join(folder, 'scenarios');
  await writeScenarios(made, Number(seed), Number(count), prefix);
  return jsonFiles(made);
}

/** Java works on one batch while Millrace is compared with what Java said of the batch before. */
async function compare(files: readonly string[]): Promise<void> {
  const kafkaStreams = await KafkaStreams.build();
  const answers = options.vectors ?? join(folder, 'vectors');
  const batches = Array.from({ length: Math.ceil(files.length / BATCH) }, (_, at) =>
    files.slice(at * BATCH, (at + 1) * BATCH),
  );
  let asked = kafkaStreams.ask(batches[0] ?? [], answers);
  for (const [at, batch] of batches.entries()) {
    await asked;
    const next = batches[at + 1];
    if (next !== undefined) asked = kafkaStreams.ask(next, answers);
    for (const file of batch) await compareScenario(file, join(answers, basename(file)));
  }
}

async function compareScenario(scenario: string, vectorFile: string): Promise<void> {
  if (!existsSync(vectorFile)) {
    outcomes.add(JSON.parse(readFileSync(scenario, 'utf8')) as Vector, 'skipped');
    return;
  }
  const vector = JSON.parse(readFileSync(vectorFile, 'utf8')) as Vector;
  // Some errors of Java have no message.
  if (String(vector.expected.error?.rootMessage).startsWith(CANNOT_MERGE)) {
    outcomes.add(vector, 'skipped');
    console.log(`SKIPPED ${basename(vectorFile)}: Kafka Streams fails to merge its repartition topics`);
    return;
  }
  const [difference] = await runVector(vector);
  outcomes.add(vector, difference === undefined ? 'passed' : 'failed');
  if (difference === undefined) return;
  mkdirSync(DIFFERENCES, { recursive: true });
  const kept = join(DIFFERENCES, basename(vectorFile));
  copyFileSync(vectorFile, kept);
  console.log(`FAILED ${kept}: ${difference.slice(0, 300)}`);
}

function jsonFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(path, name));
}
