import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { invalid, messageOf, type MillraceError } from '../../util/errors.js';
import type { StaticToken } from './static-tokens.js';
import type { StoreRule } from './store-rules.js';

/** Who may do what, as `ACCESS_FILE` says. */
export interface AccessRules {
  readonly tokens: readonly StaticToken[];
  /** Undefined: every store is for everybody who may query. */
  readonly stores: readonly StoreRule[] | undefined;
}

const roles = z.array(z.string().min(1)).min(1);
const token = z.strictObject({
  name: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/i, 'expected 64 hexadecimal digits'),
  roles,
});
const rule = z.strictObject({ application: z.string().min(1).optional(), store: z.string().min(1), roles });
const file = z.strictObject({ tokens: z.array(token).default([]), stores: z.array(rule).optional() });

/**
 * Reads an access file:
 *
 *     {
 *       "tokens": [{ "name": "till-7", "sha256": "<hash of the token>", "roles": ["query", "teller"] }],
 *       "stores": [{ "application": "wallets", "store": "balances", "roles": ["teller"] }]
 *     }
 *
 * @throws MillraceError `ACCESS_FILE_INVALID`
 */
export async function readAccessFile(path: string): Promise<AccessRules> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw invalidFile(path, messageOf(error), error);
  }
  const { success, data, error } = file.safeParse(parsed);
  if (!success) {
    const [issue] = error.issues;
    throw invalidFile(path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong'}`, error);
  }
  const tokens = data.tokens.map(({ sha256, ...caller }) => ({ ...caller, sha256: Buffer.from(sha256, 'hex') }));
  return { tokens, stores: data.stores };
}

function invalidFile(path: string, why: string, cause: unknown): MillraceError {
  return invalid('ACCESS_FILE_INVALID', `the access file ${path} (ACCESS_FILE) cannot be used: ${why}`, {
    hint: 'docs/security.md tells what it holds.',
    cause,
  });
}
