import { describe, expect, it } from '@jest/globals';
import { namesIn } from './expected-failures.js';
import { runVector } from './run-vector.js';
import { loadVectors } from './vector.js';

const notYet = namesIn('test/conformance/expected-failures.txt');
const vectors = loadVectors(['test/conformance/vectors']);

describe('what Kafka Streams did comes out, but for the list of expected failures', () => {
  it.each(vectors)('$name: $description', async (vector) => {
    const differences = await runVector(vector);
    if (notYet.has(vector.name)) expect(differences).not.toEqual([]);
    else expect(differences).toEqual([]);
  });

  it('lists no vector that is not there', () => {
    expect(vectors.map(({ name }) => name)).toEqual(expect.arrayContaining([...notYet]));
  });
});
