import { readFileSync } from 'node:fs';
import { invalid, messageOf } from '../util/errors.js';
import { optionName, type Config } from './config.js';
import { SETTINGS } from './settings.js';

/** Settings that are files of the text that is needed. */
type FileSetting =
  | 'schemaRegistryCa'
  | 'schemaRegistryCert'
  | 'schemaRegistryKey'
  | 'tlsCa'
  | 'tlsClientCert'
  | 'tlsClientKey'
  | 'accessTokenFile';

/**
 * The text of the file that a setting names; undefined when it is not set.
 * @throws MillraceError `INVALID_CONFIGURATION`
 */
export function readSetFile(config: Config, name: FileSetting): string | undefined {
  const path = config[name];
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid('INVALID_CONFIGURATION', `${optionName(SETTINGS[name])} is "${path}": ${messageOf(error)}`);
  }
}
