package handover;

import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The application of test/java-handover/topology.ts, by Kafka Streams for Java. It runs until SIGTERM and then closes as an
 * application does that says nothing of its group: it stays a member.
 *
 * Arguments: bootstrap servers, application id, prefix of the topics, state directory, group protocol; `describe` and a prefix
 * prints the topology.
 */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals("describe")) {
      System.out.print(Program.build(args[1]).describe());
      return;
    }
    var streams = new KafkaStreams(Program.build(args[2]), settings(args));
    var closed = new CountDownLatch(1);
    streams.setStateListener((now, before) -> System.out.println("state " + now));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      streams.close();
      closed.countDown();
    }));
    streams.start();
    closed.await();
  }

  private static Properties settings(String[] args) {
    var settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, args[3]);
    settings.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, args[4]);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "100");
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, "0");
    settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    // Windows that have closed are looked for at each record, not once a second, so that the same ones are emitted in every run.
    settings.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_WINDOWED_AGGREGATION, "0");
    settings.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_OUTER_JOIN_SPURIOUS_RESULTS_FIX, "0");
    return settings;
  }
}
