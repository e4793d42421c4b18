import type { Command } from 'commander';
import { generateService, writeGenerated, type GeneratedFile } from '../app/codegen/generate-service.js';
import { loadTopology } from '../app/load-topology.js';
import { invalid } from '../util/errors.js';
import type { SetExitCode } from './cli.js';
import { EXIT } from './exit-code.js';
import type { Terminal } from './terminal.js';

interface CodegenOptions {
  readonly out: string;
  readonly service?: string;
  readonly check?: boolean;
}

/** `millrace codegen TOPOLOGY...`: writes the .proto files of the topologies' services, and what they import of them. */
export function addCodegenCommand(program: Command, terminal: Terminal, setExitCode: SetExitCode): void {
  program
    .command('codegen <topologies...>')
    .description("write the gRPC services of topologies' queries: .proto files, and gen/service.ts beside the topology")
    .option('--out <folder>', 'where the .proto files go, by their packages', 'proto')
    .option('--service <name>', 'full name of the service, such as wallets.v1.WalletService; default: the one it has')
    .option('--check', 'write nothing; exit 1 and show the difference where a file is not as it should be')
    .action(async (names: readonly string[], options: CodegenOptions) => {
      if (options.service !== undefined && names.length > 1) {
        throw invalid('INVALID_OPTION', '--service names the service of one topology, and there are several');
      }
      const files: GeneratedFile[] = [];
      for (const name of names) {
        const { out, service } = options;
        files.push(...(await generateService(await loadTopology(name), { out, name: service })));
      }
      if (options.check) check(files, terminal, setExitCode);
      else for (const path of await writeGenerated(files)) terminal.out(`${path}\n`);
    });
}

function check(files: readonly GeneratedFile[], terminal: Terminal, setExitCode: SetExitCode): void {
  const stale = files.filter(({ content, current }) => content !== current);
  for (const file of stale) terminal.out(difference(file));
  if (stale.length > 0) setExitCode(EXIT.failed);
}

/** From the first line that differs to the last. */
function difference({ path, content, current = '' }: GeneratedFile): string {
  const [before, after] = [current, content].map((text) => text.split('\n')) as [string[], string[]]; // as: two of two
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const changed = (sign: string, lines: string[]): string[] =>
    lines.slice(start, lines.length - end).map((line) => `${sign}${line}`);
  const head = [`--- ${path}`, `+++ ${path}`, `@@ line ${start + 1} @@`];
  return [...head, ...changed('-', before), ...changed('+', after), ''].join('\n');
}
