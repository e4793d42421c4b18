import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StreamsApplication, StreamsApplicationOptions } from '../../../src/runtime/application.js';
import { openStateDirectory } from '../../../src/runtime/open-state-directory.js';
import type { StateDirectory } from '../../../src/runtime/state-directory.js';
import type { BuiltTopology } from '../../../src/topology/node.js';
import { seededRandom } from '../../../src/util/random.js';
import { EmbeddedCluster } from '../embedded-cluster.js';
import { testApplication } from '../running-application.js';

/** An application that is stopped and started again, over one broker and one folder of state. */
export class Restarts {
  private constructor(
    readonly cluster: EmbeddedCluster,
    readonly stateDirectory: StateDirectory,
    private readonly path: string,
  ) {}

  static async open(topics: Readonly<Record<string, number>>): Promise<Restarts> {
    const path = await mkdtemp(join(tmpdir(), 'millrace-restarts-'));
    const stateDirectory = await openStateDirectory({ path, random: seededRandom(1) });
    return new Restarts(await EmbeddedCluster.open(topics), stateDirectory, path);
  }

  /** Starts a build, has it do something, and stops it. */
  async run<T>(
    topology: BuiltTopology,
    work: (application: StreamsApplication) => T | Promise<T>,
    options: Partial<StreamsApplicationOptions> = {},
  ): Promise<T> {
    const { stateDirectory } = this;
    const application = testApplication({ topology, client: this.cluster.client(), stateDirectory, ...options });
    try {
      await application.start();
      await application.waitUntilRunning();
      return await work(application);
    } finally {
      await application.close({ leaveGroup: true });
    }
  }

  /** Waits until all that these topics hold has been processed and committed. */
  async processed(...topics: readonly string[]): Promise<void> {
    const { admin } = this.cluster.client();
    const partitions = topics.map((topic) => ({ topic, partition: 0 }));
    const ends = await admin.listOffsets(partitions, 'latest');
    for (;;) {
      const committed = await admin.committedOffsets('app', partitions);
      if ([...ends].every(([key, end]) => end === 0 || committed.get(key)?.offset === end)) return;
      await this.cluster.pause();
    }
  }

  /** What is left of the state is its changelogs. */
  async loseDisk(): Promise<void> {
    await rm(join(this.path, 'state'), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await this.cluster.close();
    await this.stateDirectory.close();
    await rm(this.path, { recursive: true, force: true });
  }
}
