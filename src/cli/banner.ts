import type { Config } from '../app/config.js';
import type { MillraceApp } from '../app/millrace-app.js';
import { storesOf } from '../query/store-catalog.js';
import { bold, type Terminal } from './terminal.js';

/** What a person sees when a process has started: where it is, and what to try next. */
export function bannerOf(app: MillraceApp, config: Config, terminal: Terminal): string {
  const { applications, grpcPort, httpPort, embedded } = app;
  const host = config.host === '0.0.0.0' ? '127.0.0.1' : config.host;
  const log = embedded ? `embedded log in ${config.stateDir}` : `Kafka at ${(config.brokers ?? []).join(', ')}`;
  return [
    '',
    `  ${bold(terminal, 'Millrace')} runs ${applications.map(({ applicationId }) => applicationId).join(', ')} on ${log}`,
    '',
    `  gRPC   ${host}:${grpcPort}`,
    `  HTTP   http://${host}:${httpPort}`,
    '',
    '  Try',
    ...suggestions(app, host).map((line) => `    ${line}`),
    '',
    '',
  ].join('\n');
}

function suggestions({ applications, grpcPort, httpPort }: MillraceApp, host: string): string[] {
  const [store] = applications.flatMap(({ topology }) => storesOf(topology));
  const address = grpcPort === 50_051 ? '' : ` --address ${host}:${grpcPort}`;
  return [
    ...(store ? [`npx millrace query ${store.kind === 'window' ? 'windows' : 'range'} ${store.name} --limit 5${address}`] : []), // prettier-ignore
    `npx millrace query stores${address}`,
    `grpcurl -plaintext ${host}:${grpcPort} list`,
    `curl http://${host}:${httpPort}/metrics`,
  ];
}
