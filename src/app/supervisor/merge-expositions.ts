interface Family {
  /** Its HELP and TYPE lines. */
  readonly head: Set<string>;
  readonly samples: string[];
}

/** One text of Prometheus out of those of several processes, told apart by the label `process`. */
export function mergeExpositions(texts: ReadonlyMap<string, string>): string {
  const families = new Map<string, Family>();
  for (const [process, text] of texts) {
    let family: Family = { head: new Set(), samples: [] };
    for (const line of text.split('\n')) {
      const [, name] = /^# (?:HELP|TYPE) (\S+)/.exec(line) ?? [];
      if (name !== undefined) {
        family = families.get(name) ?? { head: new Set(), samples: [] };
        families.set(name, family);
        family.head.add(line);
      } else if (line !== '') family.samples.push(labelled(line, process));
    }
  }
  return [...families.values()].flatMap(({ head, samples }) => [...head, ...samples, '']).join('\n');
}

function labelled(sample: string, process: string): string {
  const at = sample.search(/[{ ]/);
  const label = `process="${process}"`;
  if (sample[at] === ' ') return `${sample.slice(0, at)}{${label}}${sample.slice(at)}`;
  return `${sample.slice(0, at)}{${label},${sample.slice(at + 1)}`;
}
