package handover;

import java.time.Duration;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;

/** Every operator whose state outlives a hand-over in a way of its own. Results go to one topic, as `operator/key`. */
final class Program {
  private static final Serde<String> TEXT = Serdes.String();
  private static final Duration GRACE = Duration.ofSeconds(5);

  private Program() {}

  static Topology build(String prefix) {
    var builder = new StreamsBuilder();
    KStream<String, String> clicks = builder.stream(prefix + "-clicks", Consumed.with(TEXT, TEXT));
    KStream<String, String> views = builder.stream(prefix + "-views", Consumed.with(TEXT, TEXT));
    KGroupedStream<String, String> byKey = clicks.groupByKey(Grouped.with(TEXT, TEXT));
    var windows = TimeWindows.ofSizeAndGrace(Duration.ofSeconds(20), GRACE);
    var sessions = SessionWindows.ofInactivityGapAndGrace(Duration.ofSeconds(8), GRACE);
    var out = prefix + "-out";

    send(byKey.count(Materialized.as("counts")).toStream().map((key, count) -> pair("count", key, count)), out);

    send(clicks.groupBy((key, value) -> value, Grouped.with("by-value", TEXT, TEXT))
        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofSeconds(30), Duration.ofHours(1)))
        .count(Materialized.as("tumbling-counts")).toStream().map((window, count) -> pair("tumbling", window, count)), out);

    send(clicks.join(views, (click, view) -> click + "+" + view,
        JoinWindows.ofTimeDifferenceAndGrace(Duration.ofSeconds(10), GRACE), StreamJoined.with(TEXT, TEXT, TEXT))
        .map((key, joined) -> pair("join", key, joined)), out);

    send(clicks.leftJoin(views, (click, view) -> click + "+" + view,
        JoinWindows.ofTimeDifferenceAndGrace(Duration.ofSeconds(3), GRACE),
        StreamJoined.with(TEXT, TEXT, TEXT).withName("left").withStoreName("left"))
        .map((key, joined) -> pair("left", key, joined)), out);

    send(byKey.windowedBy(sessions).count(Materialized.as("sessions")).toStream()
        .map((session, count) -> pair("session", session, count)), out);

    send(byKey.windowedBy(windows).count(Materialized.as("suppressed-counts"))
        .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded())).toStream()
        .map((window, count) -> pair("suppressed", window, count)), out);

    send(byKey.windowedBy(windows).emitStrategy(EmitStrategy.onWindowClose()).count(Materialized.as("closed-counts"))
        .toStream().map((window, count) -> pair("closed", window, count)), out);

    send(byKey.windowedBy(sessions).emitStrategy(EmitStrategy.onWindowClose()).count(Materialized.as("closed-sessions"))
        .toStream().map((session, count) -> pair("closed-session", session, count)), out);
    return builder.build();
  }

  private static void send(KStream<String, String> results, String topic) {
    results.to(topic, Produced.with(TEXT, TEXT));
  }

  private static KeyValue<String, String> pair(String operator, Object key, Object value) {
    return KeyValue.pair(operator + "/" + text(key), String.valueOf(value));
  }

  private static String text(Object key) {
    return key instanceof Windowed<?> window
        ? window.key() + "@" + window.window().start() + "-" + window.window().end()
        : key.toString();
  }
}
