import { pascalCase } from '../query/proto-file/proto-file.js';
import type { QueryDefinition } from './define-query.js';

/** The names in braces of a path, in its order. */
export function pathNames(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

/** The gRPC method of a query: `GetTopCredits` of `top_credits`. */
export function methodOf({ name }: Pick<QueryDefinition, 'name'>): string {
  return `Get${pascalCase(name)}`;
}
