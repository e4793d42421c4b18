import type { Command } from 'commander';
import type { Flags, SettingName } from '../app/config.js';
import { SETTINGS, type Setting } from '../app/settings.js';

const NAMES = Object.keys(SETTINGS) as SettingName[];

/** Settings of the commands that call a server: what they show it, and expect of it. */
export const CALLER: readonly SettingName[] = ['tlsCa', 'tlsClientCert', 'tlsClientKey', 'accessTokenFile'];

/** Settings of the commands that call the HTTP server of a process: where it is, and how. */
export const CALLING: readonly SettingName[] = ['host', 'httpPort', ...CALLER];

/** Adds an option for each of these settings, or for every setting that has one. */
export function addConfigFlags(command: Command, names: readonly SettingName[] = NAMES): Command {
  for (const name of names) {
    const { env, flag, description }: Setting = SETTINGS[name];
    if (flag !== undefined) command.option(flag, `${description} [${env}]`);
  }
  return command;
}

/** The settings that a command was given, by commander's names for its options. */
export function configFlags(options: Readonly<Record<string, unknown>>): Flags {
  const given = NAMES.flatMap((name) => {
    const { flag }: Setting = SETTINGS[name];
    const value = flag === undefined ? undefined : options[camelCase(flag)];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(given); // names of settings with text
}

function camelCase(flag: string): string {
  const [long = ''] = flag.replace(/^--/, '').split(' ');
  return long.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
