import type { Command } from 'commander';
import { buildTopology } from '../app/build-topology.js';
import { knownTopologies, loadTopology } from '../app/load-topology.js';
import type { BuiltTopology } from '../topology/node.js';
import { topologyToJson } from '../topology/topology-json.js';
import { topologyToMermaid } from '../topology/topology-mermaid.js';
import { invalid } from '../util/errors.js';
import type { Terminal } from './terminal.js';

const FORMATS: Readonly<Record<string, (topology: BuiltTopology) => string>> = {
  text: (topology) => topology.describe(),
  mermaid: topologyToMermaid,
  json: (topology) => `${JSON.stringify(topologyToJson(topology), undefined, 2)}\n`,
};

/** `millrace describe TOPOLOGY`: its graph as text, Mermaid or JSON; without a name, the topologies there are. */
export function addDescribeCommand(program: Command, terminal: Terminal): void {
  program
    .command('describe [topology]')
    .description('show the graph of a topology; without a name: which topologies there are')
    .option('-o, --output <format>', 'text, mermaid or json', 'text')
    .action(async (name: string | undefined, { output }: { readonly output: string }) => {
      const format = FORMATS[output];
      if (!format) {
        const hint = `Use -o ${Object.keys(FORMATS).join(', ')}.`;
        throw invalid('INVALID_OPTION', `"${output}" is not a format of describe`, { hint });
      }
      if (name === undefined)
        terminal.out(knownTopologies().map((known) => `${known}\n`).join('')); // prettier-ignore
      else terminal.out(format(buildTopology((await loadTopology(name)).definition)));
    });
}
