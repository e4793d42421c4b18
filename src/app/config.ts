import type { z } from 'zod';
import { invalid } from '../util/errors.js';
import { SETTINGS, type Setting } from './settings.js';

/** Name of a setting in code. */
export type SettingName = keyof typeof SETTINGS;

/** The configuration of one process, complete and valid. Times are milliseconds, sizes bytes. */
export type Config = { readonly [N in SettingName]: z.output<(typeof SETTINGS)[N]['schema']> } & {
  /** Settings that a variable or a flag gives; a topology's own choice yields to these only. */
  readonly given: ReadonlySet<SettingName>;
};

/** Values given on the command line, as text; undefined ones are not given. */
export type Flags = Readonly<Partial<Record<SettingName, string>>>;

const NAMES = Object.keys(SETTINGS) as SettingName[];

/**
 * Reads the configuration: flags over the environment over defaults. An empty variable counts as not set.
 * @throws MillraceError `INVALID_CONFIGURATION` that names every variable with a wrong value and says what it may be
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, flags: Flags = {}): Config {
  const problems: string[] = [];
  const given = new Set<SettingName>();
  const entries = NAMES.map((name) => {
    const setting: Setting = SETTINGS[name];
    const text = flags[name] ?? (env[setting.env] === '' ? undefined : env[setting.env]);
    if (text !== undefined) given.add(name);
    const read = setting.schema.safeParse(text);
    if (!read.success) {
      problems.push(`${optionName(setting)} is "${text ?? ''}": ${read.error.issues[0]?.message ?? 'wrong'}`);
    }
    return [name, read.data] as const;
  });
  if (problems.length > 0) throw invalidConfiguration(problems);
  return { ...Object.fromEntries(entries), given } as unknown as Config; // every name with the type its schema gives
}

/** `GRPC_PORT (--grpc-port)`: what a person can set. */
export function optionName({ env, flag }: Pick<Setting, 'env' | 'flag'>): string {
  return flag === undefined ? env : `${env} (${flag.split(' ')[0] ?? flag})`;
}

function invalidConfiguration(problems: readonly string[]): Error {
  return invalid('INVALID_CONFIGURATION', problems.join('; '), {
    hint: 'Mend the environment variable or the flag, or leave it out to take the default.',
  });
}
