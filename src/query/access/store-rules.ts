import type { Caller } from './caller.js';

/** Gives a store to the callers with certain roles. */
export interface StoreRule {
  /** Absent: whichever application has it. */
  readonly application?: string;
  /** Its name; `*`: every one. */
  readonly store: string;
  /** One of them is enough; `*`: everybody who may query. */
  readonly roles: readonly string[];
}

/** Whether a caller may read a store. Without rules everybody may, with rules whoever one of them names, and `admin`. */
export function allowsStore(
  rules: readonly StoreRule[] | undefined,
  caller: Caller,
  application: string,
  store: string,
): boolean {
  if (rules === undefined || caller.roles.includes('admin')) return true;
  return rules.some(
    (rule) =>
      (rule.application === undefined || rule.application === application) &&
      (rule.store === '*' || rule.store === store) &&
      rule.roles.some((role) => role === '*' || caller.roles.includes(role)),
  );
}
