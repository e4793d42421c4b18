/** The part of `process` by which a child learns that its parent is gone. */
type ParentChannel = Pick<NodeJS.Process, 'connected' | 'once' | 'emit' | 'exit' | 'channel'>;

/**
 * Ends this process when the supervisor that started it is gone, killed or not: as SIGTERM does from when it listens to that,
 * and at once while it still starts. To be called before anything else that takes time.
 */
export function endWithSupervisor(parent: ParentChannel): void {
  const end = (): void => {
    if (!parent.emit('SIGTERM', 'SIGTERM')) parent.exit(1);
  };
  if (!parent.connected) end();
  parent.once('disconnect', end);
  parent.channel?.unref();
}
