/** A program, as DescribeTopology's JSON has it. */
export interface TopologyJson {
  readonly subTopologies: readonly SubTopologyJson[];
}

export interface SubTopologyJson {
  readonly id: number;
  /** A global store: filled on every instance, without tasks. */
  readonly global: boolean;
  readonly nodes: readonly NodeJson[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  readonly stores: readonly StoreJson[];
  /** Repartition topics it reads, without the application id. */
  readonly repartitionTopics: readonly string[];
}

export interface NodeJson {
  readonly name: string;
  readonly kind: 'source' | 'processor' | 'sink' | 'connector';
  readonly topics?: readonly string[];
  readonly pattern?: string;
  readonly dynamicTopic?: true;
  readonly stores?: readonly string[];
  readonly arrival?: string;
  readonly keySerde?: string;
  readonly valueSerde?: string;
  readonly sink?: { readonly kind: string; readonly guarantee: string };
}

export interface StoreJson {
  readonly name: string;
  readonly kind: string;
  readonly keySerde: string;
  readonly valueSerde: string;
  readonly storage: string;
  readonly caching: boolean;
  readonly logging: boolean;
  readonly retentionMs?: number;
  readonly windowSizeMs?: number;
}
