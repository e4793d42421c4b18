/** Metadata of a call from another instance: the id of the instance that is asked. */
export const HOP_HEADER = 'x-millrace-hop';

/** Metadata of such a call: the tasks that are meant, as runtime/assignment/task-ranges.ts writes them. */
export const TASKS_HEADER = 'x-millrace-tasks';
