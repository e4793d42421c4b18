import { describe, it } from '@jest/globals';
import { sinkContract, type ContractValue, type SinkWorld } from '../../src/testing/contract/sink/index.js';
import { MemorySink } from '../../src/testing/memory-sink.js';
import type { Sink, SinkGuarantee } from '../../src/topology/sink.js';
import { fileWorlds } from '../support/files/file-world.js';

const POISON = { serial: -1, text: 'poison' };

/** Each destination is one memory sink; its steps pass the fault of whoever opened it last. */
const memory = (guarantee: SinkGuarantee): SinkWorld => ({
  name: `memory, ${guarantee}`,
  guarantee,
  shape: 'log',
  poison: { key: 'poison', value: POISON },
  destination: () => {
    let step: () => void = () => undefined;
    const sink = new MemorySink<string, ContractValue>({
      guarantee,
      onStep: () => {
        step();
      },
      rejects: ({ value }) => value?.serial === POISON.serial,
    });
    return Promise.resolve({
      sink: (fault): Sink<string, ContractValue> => {
        step = () => {
          fault.step();
        };
        return sink;
      },
      read: () => Promise.resolve(sink.records.map(({ key, value }) => [key ?? '', value])),
      dispose: () => Promise.resolve(),
    });
  },
});

const worlds: readonly SinkWorld[] = [memory('exactly-once'), memory('idempotent'), ...fileWorlds];

describe.each(worlds)('sinks: $name', (world) => {
  it.each(sinkContract(world))('$name', ({ run }) => run());
});
