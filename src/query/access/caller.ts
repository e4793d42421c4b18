/** What a token allows: `query` reads stores and graphs, `admin` also changes things, and sees every store. */
export type Role = 'query' | 'admin';

/** Who may call something: anybody, or whoever has a role. */
export type Requirement = 'open' | Role;

/** Who calls. */
export interface Caller {
  /** As the access file, or the subject of a JWT, names it. */
  readonly name: string;
  /** Those of {@link Role}, and any others that the rules of stores name. */
  readonly roles: readonly string[];
}

/** Whoever calls a server that asks for no tokens. */
export const ANYONE: Caller = { name: 'anyone', roles: ['admin'] };

/** Whoever calls what is open. */
export const NOBODY: Caller = { name: 'nobody', roles: [] };

/** Whether a caller meets a requirement; who is `admin` meets every one. */
export function meets({ roles }: Caller, requirement: Requirement): boolean {
  return requirement === 'open' || roles.includes(requirement) || roles.includes('admin');
}
