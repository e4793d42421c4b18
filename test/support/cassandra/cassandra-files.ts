import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedFolder } from '../cached-folder.js';
import { runToEnd } from '../maven-program.js';

const pom = join(dirname(fileURLToPath(import.meta.url)), 'pom.xml');

/** The folder with Cassandra's jars, fetched once by Maven. */
export function cassandraJars(): Promise<string> {
  return cachedFolder('cassandra-5.0.5', async (folder) => {
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
    await runToEnd('mvn', ['-q', '-B', '-f', pom, goal, `-DoutputDirectory=${folder}`]);
  });
}

/** The configuration of a server that is small, keeps all below one folder, and asks for a password. */
export function cassandraYaml(folder: string, port: number, storagePort: number): string {
  return `cluster_name: test
num_tokens: 1
authenticator: PasswordAuthenticator
authorizer: CassandraAuthorizer
role_manager: CassandraRoleManager
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
commitlog_sync: periodic
commitlog_sync_period: 10000ms
commitlog_segment_size: 8MiB
commitlog_disk_access_mode: legacy
commitlog_total_space: 64MiB
data_file_directories: [${folder}/data]
commitlog_directory: ${folder}/commitlog
saved_caches_directory: ${folder}/saved_caches
hints_directory: ${folder}/hints
cdc_raw_directory: ${folder}/cdc_raw
listen_address: 127.0.0.1
rpc_address: 127.0.0.1
storage_port: ${storagePort}
native_transport_port: ${port}
endpoint_snitch: SimpleSnitch
seed_provider: [{class_name: org.apache.cassandra.locator.SimpleSeedProvider, parameters: [{seeds: "127.0.0.1:${storagePort}"}]}]
concurrent_reads: 4
concurrent_writes: 4
concurrent_compactors: 1
file_cache_size: 32MiB
memtable_heap_space: 64MiB
memtable_offheap_space: 64MiB
prepared_statements_cache_size: 4MiB
key_cache_size: 4MiB
auto_snapshot: false
`;
}

/** Only what goes wrong, on standard output. */
export const LOGBACK = `<configuration>
  <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%-5level %logger{1} %msg%n</pattern></encoder></appender>
  <root level="WARN"><appender-ref ref="OUT"/></root>
</configuration>
`;

const EXPORTED = [
  ...['jdk.internal.misc', 'jdk.internal.ref', 'java.lang.ref', 'sun.nio.ch'].map((name) => `java.base/${name}`),
  'java.management.rmi/com.sun.jmx.remote.internal.rmi',
  ...['registry', 'server', 'transport.tcp'].map((name) => `java.rmi/sun.rmi.${name}`),
  'java.sql/java.sql',
  'jdk.unsupported/sun.misc',
  'jdk.attach/sun.tools.attach',
  'jdk.compiler/com.sun.tools.javac.file',
];
const OPENED = [
  ...[
    'lang',
    'lang.module',
    'lang.reflect',
    'math',
    'io',
    'nio',
    'util',
    'util.concurrent',
    'util.concurrent.atomic',
  ].map((name) => `java.base/java.${name}`),
  ...['loader', 'math', 'module', 'ref', 'reflect', 'util.jar'].map((name) => `java.base/jdk.internal.${name}`),
  'java.base/sun.nio.ch',
  'jdk.management/com.sun.management.internal',
  'jdk.management.jfr/jdk.management.jfr',
];

/** What Java 17 must be told for Cassandra, as its own start script does, with a small heap. */
export function javaOptions(folder: string, jmxPort: number): string[] {
  const modules = [
    ...EXPORTED.flatMap((name) => ['--add-exports', `${name}=ALL-UNNAMED`]),
    ...OPENED.flatMap((name) => ['--add-opens', `${name}=ALL-UNNAMED`]),
  ];
  const properties = {
    'jdk.attach.allowAttachSelf': true,
    'java.awt.headless': true,
    'java.net.preferIPv4Stack': true,
    'java.rmi.server.hostname': '127.0.0.1',
    'io.netty.tryReflectionSetAccessible': true,
    'logback.configurationFile': `${folder}/logback.xml`,
    'cassandra.config': `file://${folder}/cassandra.yaml`,
    'cassandra.storagedir': folder,
    'cassandra-foreground': 'yes',
    'cassandra.jmx.local.port': jmxPort,
    'cassandra.ring_delay_ms': 0,
    'cassandra.skip_wait_for_gossip_to_settle': 0,
    'cassandra.superuser_setup_delay_ms': 0,
    // No flush to the disk for each change of the schema
    'cassandra.unsafesystem': true,
    'cassandra.test.flush_local_schema_changes': false,
  };
  const memory = ['-Xms512m', '-Xmx512m', '-XX:+UseG1GC', '-Xss512k'];
  return [...memory, ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`), ...modules];
}
