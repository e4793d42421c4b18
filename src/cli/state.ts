import type { Command } from 'commander';
import { addStateExportCommand } from './state-export.js';
import { addStateImportCommand } from './state-import.js';
import { addStateMigrateCommand } from './state-migrate.js';
import { addStateRestoreCommand } from './state-restore.js';
import { addStateSnapshotCommand } from './state-snapshot.js';
import type { Terminal } from './terminal.js';

/** `millrace state`: takes the state of an application out of it, and puts state into one. */
export function addStateCommand(program: Command, terminal: Terminal): void {
  const state = program
    .command('state')
    .description('the state of an application: export, import, snapshot, restore, migrate');
  addStateExportCommand(state, terminal);
  addStateImportCommand(state, terminal);
  addStateSnapshotCommand(state, terminal);
  addStateRestoreCommand(state, terminal);
  addStateMigrateCommand(state, terminal);
}
