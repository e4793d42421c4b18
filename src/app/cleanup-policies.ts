/** The policies in a topic's `cleanup.policy`, in alphabetical order; none where it has no such config. */
export function cleanupPolicies(config: string | null | undefined): readonly string[] {
  return (config ?? '')
    .split(',')
    .map((policy) => policy.trim())
    .filter(Boolean)
    .sort();
}
