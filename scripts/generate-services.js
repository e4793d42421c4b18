// Compiles the .proto file of each topology's service (see `millrace codegen`) to a typed client, beside the topology.
// Run by `npm run generate`. With an argument the files go below that folder instead.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [root = '.'] = process.argv.slice(2);
for (const name of readdirSync('proto')) {
  const topology = join('topologies', name.replaceAll('_', '-'));
  if (!existsSync(join(topology, 'gen/service.ts'))) continue;
  const args = ['generate', '--template', 'buf.gen.services.yaml', '--path', `proto/${name}`];
  execFileSync('buf', [...args, '-o', join(root, topology)], { stdio: 'inherit' });
}
