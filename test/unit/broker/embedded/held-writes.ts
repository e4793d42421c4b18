import { ClassicLevel } from 'classic-level';
import type { Database, DatabaseOperation, WriteOptions } from '../../../../src/util/database.js';

/** LevelDB whose writes wait, from {@link hold} on, until they are let go: the moment before a kill that loses them. */
export class HeldWrites {
  readonly database: Database;
  #gate: Promise<void> = Promise.resolve();

  private constructor(level: ClassicLevel<Buffer, Buffer>) {
    const batch = async (operations: DatabaseOperation[], options: WriteOptions = {}): Promise<void> => {
      await this.#gate;
      await level.batch(operations, options);
    };
    this.database = new Proxy<Database>(level, {
      get: (_, name) => {
        if (name === 'batch') return batch;
        const member: unknown = Reflect.get(level, name);
        return typeof member === 'function' ? (member.bind(level) as unknown) : member;
      },
    });
  }

  static async open(directory: string): Promise<HeldWrites> {
    const level = new ClassicLevel<Buffer, Buffer>(directory, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
    await level.open();
    return new HeldWrites(level);
  }

  /** Gives what lets the writes go. */
  hold(): () => void {
    const { promise, resolve } = withResolver();
    this.#gate = promise;
    return resolve;
  }
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
