import type { FixedKeyProcessorSupplier, ProcessorSupplier } from './processor.js';

/**
 * Puts something of its own around the processors of a program, those of the DSL's operators and of global stores included:
 * to log, measure or try them (KIP-1112, Kafka Streams' `ProcessorWrapper` and `processor.wrapper.class`). It is asked once
 * for each node, when the program is built, and may give the supplier back as it is. `stores` of the supplier that it gives
 * are added to the topology and connected to the node, beside those of the supplier that it was given.
 *
 *     const counting: ProcessorWrapper = {
 *       wrapProcessorSupplier: (name, supplier) => () => new CountingProcessor(name, supplier()),
 *       wrapFixedKeyProcessorSupplier: (_name, supplier) => supplier,
 *     }
 *     new StreamsBuilder({ processorWrapper: counting })
 */
export interface ProcessorWrapper {
  /** @param name of the node */
  wrapProcessorSupplier<KIn, VIn, KOut, VOut>(
    name: string,
    supplier: ProcessorSupplier<KIn, VIn, KOut, VOut>,
  ): ProcessorSupplier<KIn, VIn, KOut, VOut>;
  /** As {@link wrapProcessorSupplier}, for the nodes of `processValues`. */
  wrapFixedKeyProcessorSupplier<KIn, VIn, VOut>(
    name: string,
    supplier: FixedKeyProcessorSupplier<KIn, VIn, VOut>,
  ): FixedKeyProcessorSupplier<KIn, VIn, VOut>;
}

/** The supplier that a node gets: the wrapper's, with the stores of the one that it wraps. */
export function wrapSupplier<KIn, VIn, KOut, VOut>(
  wrapper: ProcessorWrapper | undefined,
  name: string,
  supplier: ProcessorSupplier<KIn, VIn, KOut, VOut>,
  fixedKey: boolean,
): ProcessorSupplier<KIn, VIn, KOut, VOut> {
  if (wrapper === undefined) return supplier;
  const wrapped = fixedKey
    ? wrapper.wrapFixedKeyProcessorSupplier(name, supplier as unknown as FixedKeyProcessorSupplier<KIn, VIn, VOut>) // a fixed-key processor is a processor with a narrower view
    : wrapper.wrapProcessorSupplier(name, supplier);
  const make = wrapped as ProcessorSupplier<KIn, VIn, KOut, VOut>; // as above
  const stores = new Set([...(supplier.stores ?? []), ...(make.stores ?? [])]);
  return Object.assign(() => make(), { stores: [...stores] });
}
