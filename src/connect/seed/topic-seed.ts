import type { SeedSource } from './seed-source.js';

/**
 * The records of a topic, in the bytes that the store's serdes read: a table's topic, or another application's changelog of
 * a key-value store.
 */
export function topicSeed(topic: string): SeedSource {
  return { name: `topic:${topic}`, repeatable: false, rows: (context) => context.readTopic(topic) };
}
