// Writes the descriptors of every .proto of our own as a module, so that the server can answer reflection without reading files.
// Run by `npm run generate`, after buf.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const ours = ['proto/millrace', 'proto/google', 'proto/grpc'].flatMap((path) => ['--path', path]);
const args = ['build', '--exclude-source-info', '--as-file-descriptor-set', ...ours, '-o', '-#format=binpb'];
const set = execFileSync('buf', args);
const lines = set.toString('base64').match(/.{1,110}/g) ?? [];
writeFileSync(
  'src/query/gen/descriptors.ts',
  [
    '// Made by scripts/embed-descriptors.js. DO NOT EDIT.',
    '/** google.protobuf.FileDescriptorSet of every service, in base64. */',
    'export const FILE_DESCRIPTOR_SET =',
    lines.map((line) => `  '${line}'`).join(' +\n') + ';',
    '',
  ].join('\n'),
);
