import { murmur3 } from '../../util/murmur3.js';
import { toJson, type JsonValue } from '../json-value.js';
import { canonicalJson } from './canonical-json.js';

/** The key whose records are followed, in one topic or in all. */
export class WantedKey {
  /** The same on every instance. */
  readonly id: string;
  readonly #text: string;

  /** @param topic empty: every topic that the graph reads */
  constructor(
    private readonly key: JsonValue,
    private readonly topic: string,
  ) {
    this.#text = canonicalJson(key);
    this.id = murmur3(Buffer.from(JSON.stringify([topic, this.#text]))).toString('hex');
  }

  /** Whether a record is meant: its key has the same JSON. */
  matches(topic: string, key: unknown): boolean {
    if (this.topic !== '' && topic !== this.topic) return false;
    return typeof key === 'string' ? key === this.key : canonicalJson(toJson(key)) === this.#text;
  }
}
