/** A line, and what stands there instead. */
export interface Change {
  readonly file: string;
  readonly line: string;
  /** Default: nothing. */
  readonly instead?: string;
}

/** One line of what keeps results exact, changed to see whether the simulation misses it. */
export interface Mutation extends Change {
  readonly name: string;
  /** Another line that does the same work, so that nothing is missed while it is there: that one, and why. */
  readonly together?: { readonly why: string; readonly change: Change };
}

/** Fencing and all that lies next to it: in the runtime, in the client, and in the embedded broker. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the writers of members that are gone are not fenced',
    file: 'src/runtime/task-opener.ts',
    line: 'await this.#fence.fence(facts.goneWriters);',
  },
  {
    name: 'a task starts at offsets that may still change',
    file: 'src/runtime/commit/fencing.ts',
    line: 'admin.committedOffsets(groupId, partitions, { requireStable: true }),',
    instead: 'admin.committedOffsets(groupId, partitions),',
  },
  {
    name: 'an unknown outcome is judged by offsets that may still change',
    file: 'src/runtime/commit/transaction.ts',
    line: 'admin.committedOffsets(groupId, witnesses, { requireStable: true }),',
    instead: 'admin.committedOffsets(groupId, witnesses),',
  },
  {
    name: 'an unknown outcome counts as committed',
    file: 'src/runtime/commit/transaction.ts',
    line: 'return found?.offset === sent.offset && found.metadata === sent.metadata;',
    instead: 'return found !== undefined;',
  },
  {
    name: 'the writer is not made anew after an unknown outcome',
    file: 'src/runtime/commit/transaction.ts',
    line: "await patience.retry('making the writer anew', () => records.writer.init());",
  },
  {
    name: 'offsets are sent without the generation',
    file: 'src/broker/client/transaction-requests.ts',
    line: '{ transactionalId, ...identity, ...group, offsets },',
    instead:
      "{ transactionalId, ...identity, ...group, generationId: -1, memberId: '', groupInstanceId: null, offsets },",
  },
  {
    name: 'a commit that moves no offset is not checked against the generation',
    file: 'src/runtime/commit/committing-task.ts',
    line: 'return changed.length > 0 ? changed : committing.flatMap(({ offsets }) => offsets);',
    instead: 'return changed;',
  },
  {
    name: 'a fenced instance keeps its tasks',
    file: 'src/runtime/recovery.ts',
    line: 'await lifecycle.releaseAll(registry.all);',
  },
  {
    name: 'a fenced instance goes on with its old epoch',
    file: 'src/runtime/recovery.ts',
    line: 'records.dropWaiting();\n    await this.#renewWriter();',
    instead: 'records.dropWaiting();',
  },
  {
    name: 'an aborted transaction leaves its changes in the overlay',
    file: 'src/runtime/recovery.ts',
    line: 'owned.state?.abort();',
  },
  {
    name: 'an aborted transaction does not rewind the inputs',
    file: 'src/runtime/recovery.ts',
    line: '      owned.task?.reset(owned.committed);\n      inputs.seek(owned, offsets);',
    instead: '      owned.task?.reset(owned.committed);\n      void offsets;',
  },
  {
    name: 'a member that was expelled keeps its tasks',
    file: 'src/runtime/rebalance.ts',
    line: 'await recovery.drop();',
  },
  {
    name: 'tasks are given up without a commit',
    file: 'src/runtime/rebalance.ts',
    line: 'await this.#commit();',
  },
  {
    name: 'tasks go on after they were given up',
    file: 'src/runtime/rebalance.ts',
    line: 'await this.options.lifecycle.releaseAll(gone);',
  },
  {
    name: 'a commit may be under way while the member joins',
    file: 'src/runtime/rebalance.ts',
    line: 'await this.options.commands.run(() => undefined);',
  },
  {
    name: 'commits go on between join and assignment',
    file: 'src/runtime/stream-loop.ts',
    line: 'if (member.rebalancing || member.metadata === undefined) return false;',
  },
  {
    name: 'the writer does not fence its earlier self before it joins',
    file: 'src/runtime/streams-application.ts',
    line: "await patience.retry('preparing the writer', () => records.writer.init());",
    instead: "void patience.retry('preparing the writer', () => records.writer.init());",
  },
  {
    name: 'a restore ends at the last stable offset',
    file: 'src/runtime/restore/task-changelogs.ts',
    line: "admin.listOffsets(partitions, 'latest', 'read_uncommitted'),",
    instead: "admin.listOffsets(partitions, 'latest', 'read_committed'),",
  },
  {
    name: 'an old generation is no reason to give anything up',
    file: 'src/broker/client/produce-errors.ts',
    line: '  ErrorCode.ILLEGAL_GENERATION,\n',
  },
  {
    name: 'the group lets anybody commit',
    file: 'src/broker/embedded/group/classic-group.ts',
    line: 'if (generationId !== this.generationId) return ErrorCode.ILLEGAL_GENERATION;\n    if (transactional) return ErrorCode.NONE;',
    instead: 'if (transactional) return ErrorCode.NONE;',
  },
  {
    name: 'the coordinator does not look at epochs',
    file: 'src/broker/embedded/transaction-coordinator.ts',
    line: 'return transaction.epoch === holder.producerEpoch ? ErrorCode.NONE : ErrorCode.PRODUCER_FENCED;',
    instead: 'return ErrorCode.NONE;',
  },
  {
    name: 'an id that is taken over keeps its epoch',
    file: 'src/broker/embedded/transaction-coordinator.ts',
    line: 'transaction.renew(epoch + 1, -1, timeoutMs);',
    instead: 'transaction.renew(Math.max(epoch, 0), -1, timeoutMs);',
  },
  {
    name: 'partitions take batches of an old epoch',
    file: 'src/broker/embedded/producer-states.ts',
    line: "if (batch.producerEpoch < producer.epoch) return refused('INVALID_PRODUCER_EPOCH');",
    together: {
      why:
        'A batch under another epoch than that of the open transaction in its partition is shown to the coordinator first, ' +
        'which is in this broker too and knows of a new epoch before any partition does.',
      change: {
        file: 'src/broker/embedded/produce-requests.ts',
        line: 'if (errorCode !== ErrorCode.NONE) return refused(errorCode);',
        instead:
          'if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.INVALID_PRODUCER_EPOCH) return refused(errorCode);',
      },
    },
  },
];
