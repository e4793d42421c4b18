import { ClusterAdmin } from './admin.js';
import type { BrokerClient, Member, MemberOptions, Reader, ReaderOptions, Writer, WriterOptions } from './client.js';
import type { ClientContext } from './client-context.js';
import { ClusterView } from './cluster-view.js';
import { GroupMember } from './member.js';
import { PartitionReader } from './reader.js';
import { RecordWriter } from './writer.js';

/**
 * A client over a transport: one view of the cluster, shared by its admin, readers, writers and members. It connects at
 * the first request.
 */
export function createBrokerClient(context: ClientContext): BrokerClient {
  const view = new ClusterView(context);
  const open: { close(): Promise<void> }[] = [];
  const opened = <T extends { close(): Promise<void> }>(part: T): T => {
    open.push(part);
    return part;
  };
  return {
    admin: new ClusterAdmin(context, view),
    reader: (options: ReaderOptions): Reader => opened(new PartitionReader(context, view, options)),
    writer: (options: WriterOptions): Writer => opened(new RecordWriter(context, view, options)),
    member: (options: MemberOptions): Member => {
      const member = new GroupMember(context, view, options);
      open.push({ close: () => member.stop() });
      return member;
    },
    async close(): Promise<void> {
      await context.transport.close();
      await Promise.allSettled(open.map((part) => part.close()));
    },
  };
}
