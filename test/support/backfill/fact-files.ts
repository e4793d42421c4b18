import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fact } from './payments.js';

/** Writes facts as JSON Lines, a thousand a file, in a folder for each topic. */
export async function writeFacts(folder: string, rows: readonly Fact[]): Promise<void> {
  for (const topic of new Set(rows.map((fact) => fact.topic))) {
    await mkdir(join(folder, topic), { recursive: true });
    const lines = rows
      .filter((fact) => fact.topic === topic)
      .map(({ key, value }) => JSON.stringify({ key, value, timestamp: value.at }));
    for (let at = 0; at < lines.length; at += 1_000) {
      await writeFile(join(folder, topic, `part-${at}.jsonl`), `${lines.slice(at, at + 1_000).join('\n')}\n`);
    }
  }
}
