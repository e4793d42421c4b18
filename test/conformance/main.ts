/*
 * npm run conformance -- [--without TAG,...] [--expected-failures FILE] [--verbose] DIR...
 *
 * Runs every vector in the folders (or files) and prints the pass rate by tag, then `N passed, M failed, K skipped`. Exits 1
 * if a vector fails. Vectors named in the file of expected failures are skipped if they fail, and fail if they pass.
 */
import { parseArgs } from 'node:util';
import { namesIn } from './expected-failures.js';
import { Outcomes, type Outcome } from './outcomes.js';
import { runVector, type Differences } from './run-vector.js';
import { loadVectors, type Vector } from './vector.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    without: { type: 'string', default: '' },
    'expected-failures': { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

const without = new Set(options.without.split(',').filter((tag) => tag !== ''));
const expectedFailures =
  options['expected-failures'] === undefined ? new Set<string>() : namesIn(options['expected-failures']);
const folders = positionals.length > 0 ? positionals : ['test/conformance/vectors'];
const vectors = loadVectors(folders).filter(({ tags }) => !tags.some((tag) => without.has(tag)));

const outcomes = new Outcomes();
for (const vector of vectors) {
  const differences = await runVector(vector);
  const outcome = outcomeOf(vector, differences);
  outcomes.add(vector, outcome);
  if (outcome === 'failed') report(vector, differences);
}
console.log(`\n${outcomes.toString()}`);
process.exitCode = outcomes.failed > 0 ? 1 : 0;

function outcomeOf(vector: Vector, differences: Differences): Outcome {
  if (!expectedFailures.has(vector.name)) return differences.length === 0 ? 'passed' : 'failed';
  return differences.length === 0 ? 'failed' : 'skipped';
}

function report(vector: Vector, differences: Differences): void {
  if (differences.length === 0) {
    console.log(`FAILED ${vector.name}: it passes, so take it off the list of expected failures`);
    return;
  }
  const shown = options.verbose ? differences.join('\n') : (differences[0] ?? '').slice(0, 300);
  console.log(`FAILED ${vector.name}: ${shown}`);
}
