import type { Logger } from '../../observability/log.js';
import { invalid } from '../../util/errors.js';
import type { CancelTimer, Clock } from '../../util/time.js';
import { readAccessFile, type AccessRules } from './access-file.js';
import { roleRequired, tokenInvalid, tokenRequired } from './access-errors.js';
import { ANYONE, meets, NOBODY, type Caller, type Requirement } from './caller.js';
import { openJwt, type JwtSettings, type JwtVerifier } from './jwt.js';
import { callerOfToken } from './static-tokens.js';
import { allowsStore } from './store-rules.js';
import { watchFiles } from './watched-files.js';

/** Who may call a server; plain data, so that it goes to a thread as it is. */
export interface AccessSettings {
  /** Path of the file of tokens and rules. */
  readonly file?: string;
  readonly jwt?: JwtSettings;
}

/** Whether callers have to show tokens. */
export function asksForTokens({ file, jwt }: AccessSettings): boolean {
  return file !== undefined || jwt !== undefined;
}

/** Knows callers by their tokens, and what they may do. */
export class Access {
  #stopWatching: CancelTimer = () => undefined;

  private constructor(
    private readonly settings: AccessSettings,
    private readonly jwt: JwtVerifier | undefined,
    private rules: AccessRules,
  ) {}

  /**
   * Reads the files, and reads the access file again whenever it changes; one that is wrong then changes nothing, and is told
   * in the log.
   * @throws MillraceError `ACCESS_FILE_INVALID`, `TOKEN_KEYS_INVALID`
   */
  static async open(settings: AccessSettings, clock: Clock, log: Logger): Promise<Access> {
    const { file } = settings;
    const jwt = settings.jwt && (await openJwt(settings.jwt, clock));
    const access = new Access(settings, jwt, await rulesOf(settings));
    if (file === undefined) return access;
    access.#stopWatching = watchFiles([file], clock, async () => {
      try {
        access.rules = await rulesOf(settings);
        log.info({ file }, 'the access file has changed');
      } catch (error) {
        log.warn({ file, error }, 'the access file has changed and cannot be used: what it said before holds');
      }
    });
    return access;
  }

  /** Whether callers have to show tokens. */
  get asks(): boolean {
    return asksForTokens(this.settings);
  }

  /**
   * Who calls, by the `authorization` of the call; at once, but for a JWT that was not seen before.
   * @throws MillraceError `TOKEN_REQUIRED`, `TOKEN_INVALID`, `TOKEN_EXPIRED`, `ROLE_REQUIRED`, `TOKEN_KEYS_UNAVAILABLE`
   */
  admit(authorization: string | undefined, requirement: Requirement): Caller | Promise<Caller> {
    if (!this.asks) return ANYONE;
    if (requirement === 'open') return NOBODY;
    const caller = this.#callerOf(bearerOf(authorization));
    return caller instanceof Promise
      ? caller.then((known) => expectRole(known, requirement))
      : expectRole(caller, requirement);
  }

  /** Whether some stores are for some callers only. */
  get hasStoreRules(): boolean {
    return this.rules.stores !== undefined;
  }

  allowsStore(caller: Caller, application: string, store: string): boolean {
    return allowsStore(this.rules.stores, caller, application, store);
  }

  close(): void {
    this.#stopWatching();
  }

  #callerOf(token: string): Caller | Promise<Caller> {
    const known = callerOfToken(this.rules.tokens, token);
    if (known) return known;
    if (this.jwt === undefined) throw tokenInvalid();
    return this.jwt(token);
  }
}

async function rulesOf({ file, jwt }: AccessSettings): Promise<AccessRules> {
  if (file === undefined) return { tokens: [], stores: undefined };
  const rules = await readAccessFile(file);
  if (rules.tokens.length > 0 || jwt !== undefined) return rules;
  throw invalid(
    'ACCESS_FILE_INVALID',
    `the access file ${file} (ACCESS_FILE) has no tokens, so that nobody could call`,
    {
      hint: 'Add tokens, or set JWT_KEYS.',
    },
  );
}

function bearerOf(authorization: string | undefined): string {
  const [, token] = /^bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (token !== undefined) return token;
  throw tokenRequired();
}

function expectRole(caller: Caller, requirement: Requirement): Caller {
  if (meets(caller, requirement)) return caller;
  throw roleRequired(caller, requirement);
}
