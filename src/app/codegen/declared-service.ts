import { readAnswerType } from '../../query/answers/read-answer-type.js';
import type { AnswerType, ObjectType } from '../../query/answers/answer-type.js';
import {
  defaultJsonName,
  pascalCase,
  snakeCase,
  TIMESTAMP,
  type ProtoField,
  type ProtoFile,
  type ProtoMessage,
} from '../../query/proto-file/proto-file.js';
import { invalid } from '../../util/errors.js';
import type { QueryDefinition } from '../define-query.js';
import { methodOf, pathNames } from '../query-names.js';

/** A message whose fields have no numbers yet. */
export type DeclaredMessage = Omit<ProtoMessage, 'fields' | 'reserved'> & { readonly fields: readonly DeclaredField[] };
export type DeclaredField = Omit<ProtoField, 'number'>;
export type DeclaredService = Omit<ProtoFile, 'messages'> & { readonly messages: readonly DeclaredMessage[] };

/**
 * The gRPC service of a topology, as its queries declare it: a method for each that `returns` a shape.
 * @param name full name, `wallets.v1.WalletService`
 * @throws MillraceError `QUERY_SERVICE_NAME_INVALID`, `QUERY_SHAPE_INVALID`
 */
export function declaredService(name: string, topology: string, queries: readonly QueryDefinition[]): DeclaredService {
  const [, packageName = '', service = ''] = SERVICE_NAME.exec(name) ?? [];
  if (service === '') {
    throw invalid('QUERY_SERVICE_NAME_INVALID', `"${name}" cannot be the service of topology "${topology}"`, {
      hint: 'Name it package.v1.NameService, such as wallets.v1.WalletService.',
    });
  }
  const messages = new Messages();
  const methods = queries.flatMap((query) => {
    if (query.returns === undefined) return [];
    const method = methodOf(query);
    messages.add(requestOf(method, query));
    const answer = readAnswerType(`${packageName}.${method}Response`, query.returns);
    messages.addObject({ ...answer, doc: `What ${method} answers.` });
    const told = query.description === undefined ? [] : [query.description];
    return [{ name: method, doc: [...told, `In HTTP: GET ${query.path}.`].join('\n') }];
  });
  const twice = repeated(methods.map((method) => method.name));
  if (twice !== undefined) throw unfit(twice, 'two queries have that method', 'Give one of them another name.');
  const doc = `Queries of topology "${topology}".`;
  return { package: packageName, service, doc, methods, messages: messages.all() };
}

const SERVICE_NAME = /^(?!millrace\.|grpc\.|google\.)((?:[a-z][a-z0-9_]*\.)+v\d+)\.([A-Z][A-Za-z0-9]*Service)$/;

function repeated(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) < index);
}

/** The full name of the service of a topology that names none: `page_views.v1.PageViewsService` of `page-views`. */
export function defaultServiceName(topology: string): string {
  const words = topology.replace(/[^A-Za-z0-9]+/g, '_').replace(/^[^A-Za-z]+/, '');
  return `${snakeCase(words)}.v1.${pascalCase(words)}Service`;
}

function requestOf(method: string, { path, options = [] }: QueryDefinition): DeclaredMessage {
  const field = (name: string, label: DeclaredField['label'], doc: string): DeclaredField => {
    if (FIELD_NAME.test(name)) return { ...named(name), type: 'string', label, doc };
    throw unfit(
      method,
      `its option "${name}" cannot be the name of a field`,
      'Use lower-case letters, digits and "_".',
    );
  };
  return {
    name: `${method}Request`,
    doc: `What ${method} is asked with.`,
    fields: [
      ...pathNames(path).map((name) => field(name, 'one', 'Required.')),
      ...options.map((name) => field(name, 'optional', '')),
    ],
  };
}

const FIELD_NAME = /^[a-z][a-z0-9_]*$/;

/** The messages of a file, each once. */
class Messages {
  readonly #messages = new Map<string, DeclaredMessage>();

  add(message: DeclaredMessage): void {
    const twice = repeated(message.fields.map(({ name }) => name));
    if (twice !== undefined) throw unfit(message.name, `it has field "${twice}" twice`, 'Give one another name.');
    const other = this.#messages.get(message.name);
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(message)) {
      throw unfit(message.name, 'it is declared twice, not alike', 'Give one of the records another name.');
    }
    this.#messages.set(message.name, message);
  }

  /** A record, and those in it. */
  addObject(object: ObjectType, above: ReadonlySet<string> = new Set()): void {
    if (above.has(object.name)) return; // in itself
    const name = messageName(object);
    const fields = object.fields.map((field) => {
      const { type, label, doc } = fieldType(field.type);
      return {
        ...named(field.name),
        type,
        label,
        doc: [field.doc, doc].filter((part) => part !== undefined).join('\n'),
      };
    });
    this.add({ name, doc: object.doc ?? '', fields });
    for (const inner of object.fields) {
      const record = recordIn(inner.type);
      if (record) this.addObject(record, new Set([...above, object.name]));
    }
  }

  all(): DeclaredMessage[] {
    return [...this.#messages.values()];
  }
}

/** Its name in JSON is the declared one. */
function named(declared: string): Pick<DeclaredField, 'name' | 'jsonName'> {
  const name = snakeCase(declared);
  return { name, jsonName: declared === defaultJsonName(name) ? undefined : declared };
}

function messageName({ name }: ObjectType): string {
  return pascalCase(name.slice(name.lastIndexOf('.') + 1));
}

function recordIn(type: AnswerType): ObjectType | undefined {
  switch (type.kind) {
    case 'object':
      return type;
    case 'optional':
      return recordIn(type.of);
    case 'list':
      return recordIn(type.items);
    case 'map':
      return recordIn(type.values);
    default:
      return undefined;
  }
}

type FieldType = Pick<DeclaredField, 'type' | 'label'> & { readonly doc?: string };

function fieldType(type: AnswerType): FieldType {
  switch (type.kind) {
    case 'object':
      return { type: messageName(type), label: 'one' };
    case 'optional':
      return optional(fieldType(type.of));
    case 'list':
      return { ...fieldType(type.items), label: 'repeated' };
    case 'map':
      return { ...fieldType(type.values), label: 'map' };
    case 'decimal':
      return { type: 'string', label: 'one', doc: `A decimal, ${type.scale} digits behind the point.` };
    case 'symbol':
      return { type: 'string', label: 'one', doc: `One of ${type.symbols.join(', ')}.` };
    case 'timestamp':
      return { type: TIMESTAMP.type, label: 'one' };
    default:
      return { type: type.kind, label: 'one' };
  }
}

/** Messages are absent or not without a word. */
function optional(field: FieldType): FieldType {
  return isMessage(field.type) ? field : { ...field, label: 'optional' };
}

function isMessage(type: string): boolean {
  return /^[A-Z]|\./.test(type);
}

function unfit(where: string, what: string, hint: string): Error {
  return invalid('QUERY_SHAPE_INVALID', `${where} cannot be in a gRPC service: ${what}`, { hint });
}
