import type { TableView } from '../../processor/ktable/value-getter.js';

/**
 * What others may ask of a table while the program is written. A table keeps its values in a store only if somebody needs
 * them: it has a name to be queried by, or is joined, or must tell old values.
 */
export interface TableLogic<K, V> {
  /** Its changes may be to the history of a key, not to its latest value: what needs the latest drops those (KIP-914). */
  readonly versioned: boolean;
  /**
   * Asks the table to send the old value beside the new one.
   * @param force keep the values in a store if that is what it takes
   * @returns whether it does
   */
  sendOldValues(force: boolean): boolean;
  /** How others read the table's values; keeps them in a store if they are not kept upstream. */
  view(): TableView<K, V>;
}
