import type { Command } from 'commander';
import { diagnose } from '../app/takeover/diagnose.js';
import { misfits, type Finding } from '../app/takeover/finding.js';
import type { SetExitCode } from './cli.js';
import { EXIT } from './exit-code.js';
import { reportFormat, table } from './output.js';
import { addApplicationFlags, withApplication, type ApplicationFlags } from './application-flags.js';
import type { Terminal } from './terminal.js';

/** `millrace doctor TOPOLOGY`: whether it fits the application of its id, as that stands on Kafka. */
export function addDoctorCommand(program: Command, terminal: Terminal, setExitCode: SetExitCode): void {
  const command = program
    .command('doctor <topology>')
    .description(
      'compare a topology with the topics, the group and the offsets of a Kafka Streams application of its id',
    );
  addApplicationFlags(command).action(async (name: string, flags: ApplicationFlags) => {
    const format = reportFormat(flags.output);
    await withApplication(name, flags, terminal, async ({ plan, client }) => {
      const findings = await diagnose(plan, client);
      const fits = misfits(findings).length === 0;
      const report = { application: plan.applicationId, verdict: fits ? 'fits' : 'misfit', findings };
      terminal.out(format === 'json' ? `${JSON.stringify(report, undefined, 2)}\n` : findingsText(findings));
      if (fits) return;
      terminal.error(`the topology does not fit application "${plan.applicationId}": see what is marked misfit\n`);
      setExitCode(EXIT.refused);
    });
  });
}

/** A line per finding. */
export function findingsText(findings: readonly Finding[]): string {
  return table(findings.map(({ verdict, subject, name, message }) => ({ verdict, subject, name, message })));
}
