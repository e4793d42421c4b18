/** Orders task ids `<sub-topology>_<partition>` by their numbers. */
export function compareTasks(a: string, b: string): number {
  const [subA = 0, partitionA = 0] = a.split('_').map(Number);
  const [subB = 0, partitionB = 0] = b.split('_').map(Number);
  return subA - subB || partitionA - partitionB;
}
