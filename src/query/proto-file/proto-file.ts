/** A .proto file with one service of unary methods and its messages: as much of protobuf as queries need. */
export interface ProtoFile {
  /** `wallets.v1`. */
  readonly package: string;
  /** `WalletService`. */
  readonly service: string;
  readonly doc: string;
  readonly methods: readonly ProtoMethod[];
  readonly messages: readonly ProtoMessage[];
}

/** A method takes `<name>Request` and gives `<name>Response`. */
export interface ProtoMethod {
  readonly name: string;
  readonly doc: string;
}

export interface ProtoMessage {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly ProtoField[];
  /** Of fields that there were. */
  readonly reserved: Reserved;
}

export interface Reserved {
  readonly numbers: readonly number[];
  readonly names: readonly string[];
}

export interface ProtoField {
  /** Lower snake case. */
  readonly name: string;
  readonly number: number;
  /** `string`, `Credit`, `google.protobuf.Timestamp`. */
  readonly type: string;
  readonly label: 'one' | 'optional' | 'repeated' | 'map';
  /** Its name in JSON, where that is not the name in lower camel case. */
  readonly jsonName: string | undefined;
  readonly doc: string;
}

/** A well-known type, and the file that has it. */
export const TIMESTAMP = {
  type: 'google.protobuf.Timestamp',
  file: 'google/protobuf/timestamp.proto',
} as const;

/** Full name of the service. */
export function fullName(file: Pick<ProtoFile, 'package' | 'service'>): string {
  return `${file.package}.${file.service}`;
}

/** The path of a file in its folder of protos: `wallets/v1/wallet_service.proto`. */
export function pathOf(file: Pick<ProtoFile, 'package' | 'service'>): string {
  return `${file.package.replaceAll('.', '/')}/${snakeCase(file.service)}.proto`;
}

/** `walletId` and `WalletId` as `wallet_id`. */
export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

/** `top_credits` and `top-credits` as `TopCredits`. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, first: string) => first.toUpperCase());
}

/** The name in JSON of a field that says none: `wallet_id` as `walletId`. */
export function defaultJsonName(name: string): string {
  return name.replace(/_+([A-Za-z0-9])/g, (_, next: string) => next.toUpperCase());
}
