import type { Command } from 'commander';
import { misfits } from '../app/takeover/finding.js';
import { takeOver, type TakeoverReport } from '../app/takeover/take-over.js';
import { systemClock } from '../util/time.js';
import { addApplicationFlags, withApplication, type ApplicationFlags } from './application-flags.js';
import type { SetExitCode } from './cli.js';
import { findingsText } from './doctor.js';
import { durationOption } from './duration-option.js';
import { EXIT } from './exit-code.js';
import { reportFormat, table } from './output.js';
import type { Terminal } from './terminal.js';

interface TakeoverFlags extends ApplicationFlags {
  readonly execute?: boolean;
  readonly watchFor: string;
}

/** `millrace takeover TOPOLOGY`: frees the group of a stopped application for the next program. */
export function addTakeoverCommand(program: Command, terminal: Terminal, setExitCode: SetExitCode): void {
  const command = program
    .command('takeover <topology>')
    .description('make a stopped Kafka Streams application ready to be gone on with: remove the members it left behind')
    .option('--execute', 'do it; without, only tell what would be done')
    .option(
      '--watch-for <duration>',
      "how long to look for signs of life; longer than members' heartbeat interval",
      '5s',
    );
  addApplicationFlags(command).action(async (name: string, flags: TakeoverFlags) => {
    const format = reportFormat(flags.output);
    const options = {
      execute: flags.execute ?? false,
      watchMs: durationOption('--watch-for', flags.watchFor),
      clock: systemClock,
    };
    await withApplication(name, flags, terminal, async ({ plan, client }) => {
      const report = await takeOver(plan, client, options);
      if (format === 'json') terminal.out(`${JSON.stringify(report, undefined, 2)}\n`);
      else printReport(terminal, report);
      if (report.refusal !== undefined) setExitCode(EXIT.refused);
    });
  });
}

function printReport(
  terminal: Terminal,
  { applicationId, findings, members, executed, refusal }: TakeoverReport,
): void {
  terminal.out(findingsText(misfits(findings)));
  const rows = members.map(({ clientId, clientHost, memberId, groupInstanceId }) => ({
    ...{ client: clientId, host: clientHost, member: memberId, static: groupInstanceId, removed: executed },
  }));
  terminal.out(table(rows));
  if (refusal !== undefined) terminal.error(`application "${applicationId}" is not taken over: ${refusal}\n`);
  else if (executed || members.length === 0) terminal.error(`application "${applicationId}" is free: start it\n`);
  else terminal.error('nothing was done: say --execute to do it\n');
}
