import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { invalid, MillraceError, messageOf } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import { tokenExpired, tokenInvalid } from './access-errors.js';
import type { Caller } from './caller.js';

/** Whose JWTs are taken. */
export interface JwtSettings {
  /** URL of a JWKS (`http://`, `https://`), or the path of a file: a JWKS, or a public key in PEM. */
  readonly keys: string;
  /** What `iss` has to be; undefined: anything. */
  readonly issuer?: string;
  /** What `aud` has to have; undefined: anything. */
  readonly audience?: string;
  /** Where the roles stand, such as `roles` or `realm_access.roles`: a list, or text separated by spaces. */
  readonly rolesClaim: string;
}

/** Whose token that is. Rejects with `TOKEN_INVALID`, `TOKEN_EXPIRED` or `TOKEN_KEYS_UNAVAILABLE`. */
export type JwtVerifier = (token: string) => Caller | Promise<Caller>;

/** Of public keys only: with a shared secret whoever can check a token could make one. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** For so long a token that was verified is taken without verifying it again, unless it expires. */
const REMEMBER_MS = 60_000;
/** Tokens that are remembered at a time. */
const MOST_REMEMBERED = 1_000;
/** How far clocks may be apart. */
const TOLERANCE_SECONDS = 5;

interface Remembered {
  readonly caller: Caller;
  readonly untilMs: number;
}

/** Reads the keys. @throws MillraceError `TOKEN_KEYS_INVALID` */
export async function openJwt(settings: JwtSettings, clock: Clock): Promise<JwtVerifier> {
  const { jwtVerify } = await import('jose');
  const keyOf = await keysOf(settings.keys);
  const { issuer, audience } = settings;
  const expected: JWTVerifyOptions = {
    algorithms: ALGORITHMS,
    clockTolerance: TOLERANCE_SECONDS,
    requiredClaims: ['exp'],
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };
  const remembered = new Map<string, Remembered>();
  const verify = async (token: string): Promise<Caller> => {
    const nowMs = clock.nowMs();
    try {
      const { payload } = await jwtVerify(token, keyOf, { ...expected, currentDate: new Date(nowMs) });
      const caller = callerOf(payload, settings.rolesClaim);
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(token, { caller, untilMs: Math.min(nowMs + REMEMBER_MS, (payload.exp ?? 0) * 1_000) });
      return caller;
    } catch (error) {
      throw refusal(error);
    }
  };
  return (token) => {
    const known = remembered.get(token);
    return known !== undefined && clock.nowMs() < known.untilMs ? known.caller : verify(token);
  };
}

async function keysOf(keys: string): Promise<JWTVerifyGetKey> {
  const { createLocalJWKSet, createRemoteJWKSet } = await import('jose');
  try {
    if (/^https?:\/\//.test(keys)) return createRemoteJWKSet(new URL(keys));
    const text = await readFile(keys, 'utf8');
    if (text.trimStart().startsWith('{')) {
      return createLocalJWKSet(JSON.parse(text) as Parameters<typeof createLocalJWKSet>[0]); // which checks what it is given
    }
    const key = createPublicKey(text);
    return () => key;
  } catch (error) {
    throw invalid('TOKEN_KEYS_INVALID', `the keys of JWTs, ${keys} (JWT_KEYS), cannot be used: ${messageOf(error)}`, {
      hint: 'Give the URL of a JWKS, or a file: a JWKS, or a public key in PEM.',
      cause: error,
    });
  }
}

function callerOf(payload: JWTPayload, rolesClaim: string): Caller {
  const claim = rolesClaim.split('.').reduce<unknown>((part, name) => memberOf(part, name), payload);
  const roles = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return { name: payload.sub ?? 'a JWT', roles: roles.filter((role): role is string => typeof role === 'string') };
}

function memberOf(part: unknown, name: string): unknown {
  return typeof part === 'object' && part !== null && Object.hasOwn(part, name)
    ? (part as Readonly<Record<string, unknown>>)[name] // which it has
    : undefined;
}

function refusal(error: unknown): MillraceError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ERR_JWT_EXPIRED') return tokenExpired(error);
  if (
    typeof code === 'string' &&
    /^ERR_(JWT|JWS|JOSE|JWKS_NO|JWKS_MULTIPLE)/.test(code) &&
    code !== 'ERR_JOSE_GENERIC'
  ) {
    return tokenInvalid(error);
  }
  return new MillraceError({
    code: 'TOKEN_KEYS_UNAVAILABLE',
    kind: 'unavailable',
    message: 'the keys that tokens are verified with cannot be fetched',
    cause: error,
  });
}
