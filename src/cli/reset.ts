import type { Command } from 'commander';
import { buildTopology } from '../app/build-topology.js';
import { loadConfig } from '../app/config.js';
import { loadTopology } from '../app/load-topology.js';
import { carryOut, expectStopped } from '../app/reset/carry-out.js';
import { openReset } from '../app/reset/open-reset.js';
import { planReset, type ResetPlan } from '../app/reset/reset-plan.js';
import type { ResetTarget } from '../app/reset/reset-target.js';
import { invalid } from '../util/errors.js';
import { systemClock } from '../util/time.js';
import { addConfigFlags, configFlags } from './config-flags.js';
import { durationOption } from './duration-option.js';
import { outputFormat, table } from './output.js';
import { toolSurroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';

interface ResetOptions {
  readonly output: string;
  readonly to?: string;
  readonly toTime?: string;
  readonly byDuration?: string;
  readonly toOffset?: string;
  readonly shiftBy?: string;
  readonly keepInternal?: boolean;
  readonly orphans?: boolean;
  readonly force?: boolean;
  readonly execute?: boolean;
  readonly [flag: string]: unknown;
}

/** `millrace reset TOPOLOGY`: makes an application process its input again, as Kafka Streams' `kafka-streams-application-reset`. */
export function addResetCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('reset <topology>')
    .description('start a stopped application anew: move its offsets, delete its internal topics and its state')
    .option('--to <where>', 'earliest (default) or latest')
    .option('--to-time <time>', 'the first record as young as that, ISO 8601')
    .option('--by-duration <duration>', 'the first record as young as so long ago, such as 2h')
    .option('--to-offset <offset>', 'that offset of every partition')
    .option('--shift-by <count>', 'so many records on, or with a negative number back')
    .option('--keep-internal', 'only move the offsets: keep internal topics and state')
    .option('--orphans', 'also delete internal topics that an earlier build has left')
    .option('--force', 'remove members that ended without leaving the group')
    .option('--execute', 'do it; without, only tell what would be done')
    .option('-o, --output <format>', 'text, json or jsonl', 'text');
  addConfigFlags(command, ['brokers', 'applicationId', 'stateDir', 'logLevel']);
  command.action(async (name: string, options: ResetOptions) => {
    const config = loadConfig(process.env, configFlags(options));
    const format = outputFormat(options.output);
    const target = targetOf(options);
    const { definition } = await loadTopology(name);
    const applicationId = config.applicationId ?? definition.name;
    const opened = await openReset(config, applicationId, toolSurroundings(config, terminal));
    try {
      const { keepInternal = false, orphans = false, force = false, execute = false } = options;
      const request = { applicationId, topology: buildTopology(definition), target, keepInternal, orphans, force };
      const plan = await planReset(opened.client, { ...request, folders: opened.folders });
      terminal.out(format === 'text' ? textOf(plan) : `${JSON.stringify(viewOf(plan), undefined, format === 'json' ? 2 : undefined)}\n`); // prettier-ignore
      expectStopped(plan);
      if (execute) await carryOut(opened.client, plan);
      terminal.error(execute ? 'done\n' : 'nothing was done: say --execute to do it\n');
    } finally {
      await opened.close();
    }
  });
}

/** @throws MillraceError `INVALID_OPTION` */
function targetOf({ to, toTime, byDuration, toOffset, shiftBy }: ResetOptions): ResetTarget {
  const given = [to, toTime, byDuration, toOffset, shiftBy].filter((option) => option !== undefined);
  if (given.length > 1) {
    throw invalid('INVALID_OPTION', 'reset is told of more than one place to start from', {
      hint: 'Use one of --to, --to-time, --by-duration, --to-offset and --shift-by.',
    });
  }
  if (toTime !== undefined) return { timeMs: timeOf(toTime) };
  if (byDuration !== undefined) return { timeMs: systemClock.nowMs() - durationOption('--by-duration', byDuration) };
  if (toOffset !== undefined) return { offset: wholeOf('--to-offset', toOffset, /^\d+$/) };
  if (shiftBy !== undefined) return { shiftBy: wholeOf('--shift-by', shiftBy, /^[+-]?\d+$/) };
  if (to === undefined || to === 'earliest' || to === 'latest') return to ?? 'earliest';
  throw invalid('INVALID_OPTION', `option --to is "${to}"`, { hint: 'It is earliest or latest.' });
}

function timeOf(text: string): number {
  const timeMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(timeMs)) return timeMs;
  throw invalid('INVALID_OPTION', `option --to-time is "${text}"`, { hint: 'Write 2026-01-31T12:00:00Z.' });
}

function wholeOf(option: string, text: string, pattern: RegExp): number {
  if (pattern.test(text)) return Number(text);
  throw invalid('INVALID_OPTION', `option ${option} is "${text}"`, { hint: 'It is a whole number.' });
}

function viewOf({ group, members, ...plan }: ResetPlan): object {
  return { ...plan, group: group?.state ?? null, members: members.map(nameOf) };
}

function nameOf({ groupInstanceId, memberId }: ResetPlan['members'][number]): string {
  return groupInstanceId ?? memberId;
}

function textOf(plan: ResetPlan): string {
  const { application, group, members, folders, topics, orphans, deleteGroup, offsets, missing } = plan;
  const lines = [
    `${application}: ${group === undefined ? 'has no group' : `its group is ${group.state}`}`,
    ...members.map((member) => `remove member  ${nameOf(member)}`),
    ...folders.map((folder) => `delete folder  ${folder}`),
    ...topics.map((topic) => `delete topic   ${topic}`),
    ...orphans.map((topic) => `leave alone    ${topic}: this topology does not know it; --orphans deletes it too`),
    ...(deleteGroup ? [`delete group   ${application}`] : []),
    ...missing.map((topic) => `not there      ${topic}: the topology reads it`),
  ];
  const moves = offsets.map(({ topic, partition, from, to }) => ({ topic, partition, committed: from, start_at: to }));
  return [...lines.map((line) => `${line}\n`), table(moves)].join('');
}
