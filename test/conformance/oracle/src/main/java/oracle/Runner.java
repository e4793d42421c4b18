package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyAccess;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.errors.LogAndFailExceptionHandler;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.query.MultiVersionedKeyQuery;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.ReadOnlySessionStore;
import org.apache.kafka.streams.state.ReadOnlyWindowStore;
import org.apache.kafka.streams.state.VersionedKeyValueStore;
import org.apache.kafka.streams.state.VersionedRecord;
import org.apache.kafka.streams.state.VersionedRecordIterator;
import org.apache.kafka.streams.test.TestRecord;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;

import static oracle.Values.F;
import static oracle.Values.HEX;
import static oracle.Values.M;

/** Runs one scenario in a TopologyTestDriver and records what came out. */
@SuppressWarnings({"rawtypes", "unchecked"})
final class Runner {
    static final String APP = "app";

    private Runner() { }

    static ArrayNode headers(final Headers h) {
        final ArrayNode a = F.arrayNode();
        for (final Header x : h) {
            final ArrayNode p = a.addArray();
            p.add(x.key());
            if (x.value() == null) {
                p.addNull();
            } else if (x.key().equals("__streams.errors.stacktrace")) {
                p.add("*");
            } else {
                p.add(HEX.formatHex(x.value()));
            }
        }
        return a;
    }

    static Properties props(final ObjectNode config, final Path dir) {
        if (!config.has("statestore.cache.max.bytes")) {
            config.put("statestore.cache.max.bytes", 0);
        }
        final Properties p = new Properties();
        p.put(StreamsConfig.APPLICATION_ID_CONFIG, APP);
        p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "dummy:1");
        p.put(StreamsConfig.STATE_DIR_CONFIG, dir.toString());
        config.fields().forEachRemaining(e -> {
            final String v = e.getValue().asText();
            Object o = v;
            switch (e.getKey()) {
                case "default.key.serde": case "default.value.serde":
                    o = Values.serdeClass(v);
                    break;
                case "deserialization.exception.handler":
                    o = v.equals("logAndContinue") ? LogAndContinueExceptionHandler.class : LogAndFailExceptionHandler.class;
                    break;
                case "processing.exception.handler":
                    o = v.equals("logAndContinue") ? LogAndContinueProcessingExceptionHandler.class : LogAndFailProcessingExceptionHandler.class;
                    break;
                case "dsl.store.suppliers.class":
                    o = v.equals("inMemory") ? BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers.class : BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers.class;
                    break;
                default:
            }
            p.put(e.getKey(), o);
        });
        return p;
    }

    static ObjectNode error(final Throwable t, final String phase, final int input) {
        Throwable root = t;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        for (Throwable x = t; x != null && x != x.getCause(); x = x.getCause()) {
            if (x instanceof OracleError) {
                throw (OracleError) x;
            }
        }
        if (root instanceof ClassCastException) {
            throw new OracleError("class cast: " + root.getMessage());
        }
        final ObjectNode e = F.objectNode();
        e.put("phase", phase);
        if (input >= 0) {
            e.put("input", input);
        }
        e.put("class", t.getClass().getName());
        e.put("message", cut(t.getMessage()));
        e.put("rootClass", root.getClass().getName());
        e.put("rootMessage", cut(root.getMessage()));
        return e;
    }

    private static String cut(final String m) {
        if (m == null) {
            return null;
        }
        final int i = m.indexOf(", stacktrace=");
        return i < 0 ? m : m.substring(0, i);
    }

    static ObjectNode run(final ObjectNode scenario, final Path tmp) throws Exception {
        final ObjectNode sc = scenario.deepCopy();
        sc.remove("expected");
        for (final JsonNode s : sc.get("topology")) {
            final String op = s.get("op").asText();
            if (!op.equals("addStateStore")) {
                ((ObjectNode) s).remove("keySerde");
                ((ObjectNode) s).remove("valueSerde");
            }
        }
        final ObjectNode config = sc.has("config") ? (ObjectNode) sc.get("config") : sc.putObject("config");
        final Path dir = Files.createTempDirectory(tmp, "s");
        final ObjectNode ex = F.objectNode();
        final Properties props = props(config, dir);
        final Build b;
        final Topology topology;
        try {
            b = new Build(sc, props);
            b.run();
            topology = b.b.build(props);
            ex.put("describe", topology.describe().toString());
        } catch (final Throwable t) {
            ex.set("error", error(t, "build", -1));
            return finish(sc, ex, dir);
        }
        TopologyTestDriver d = null;
        try {
            d = new TopologyTestDriver(topology, props, Instant.ofEpochMilli(0));
        } catch (final Throwable t) {
            ex.set("error", error(t, "init", -1));
            return finish(sc, ex, dir);
        }
        try {
            final ObjectNode tc = F.objectNode();
            for (final Map.Entry<String, TopologyAccess.TopicConf> e : TopologyAccess.internalTopics(topology).entrySet()) {
                final ObjectNode o = tc.putObject(e.getKey());
                o.put("type", e.getValue().type);
                if (e.getValue().partitions != null) {
                    o.put("partitions", e.getValue().partitions);
                }
                o.set("config", M.valueToTree(e.getValue().config));
            }
            ex.set("internalTopicConfigs", tc);
        } catch (final RuntimeException e) {
            ex.put("internalTopicConfigsError", String.valueOf(e.getMessage()));
        }
        final ArrayNode steps = F.arrayNode();
        final TreeMap<String, ArrayNode> internal = new TreeMap<>();
        ObjectNode err = null;
        try {
            final Map<String, TestInputTopic<byte[], byte[]>> in = new TreeMap<>();
            int i = 0;
            for (final JsonNode x : sc.get("inputs")) {
                try {
                    if (x.has("advanceWallClockMs")) {
                        d.advanceWallClockTime(Duration.ofMillis(x.get("advanceWallClockMs").asLong()));
                    } else {
                        final String topic = x.get("topic").asText();
                        final JsonNode serdes = sc.get("topics").get(topic);
                        if (serdes == null) {
                            throw new OracleError("input topic without serdes: " + topic);
                        }
                        final RecordHeaders h = new RecordHeaders();
                        if (x.has("headers")) {
                            x.get("headers").forEach(p -> h.add(new RecordHeader(p.get(0).asText(), p.get(1).isNull() ? null : HEX.parseHex(p.get(1).asText()))));
                        }
                        final byte[] k = bytes(x, "key", serdes.get("key").asText(), topic);
                        final byte[] v = bytes(x, "value", serdes.get("value").asText(), topic);
                        final TopologyTestDriver dd = d;
                        in.computeIfAbsent(topic, t -> dd.createInputTopic(t, new ByteArraySerializer(), new ByteArraySerializer()))
                            .pipeInput(new TestRecord<>(k, v, h, Instant.ofEpochMilli(x.get("timestamp").asLong())));
                    }
                } catch (final Throwable t) {
                    err = error(t, "run", i);
                }
                steps.add(collect(d, sc, i, internal));
                if (err != null) {
                    break;
                }
                i++;
            }
            ex.set("outputsByInput", steps);
            final ObjectNode it = F.objectNode();
            internal.forEach(it::set);
            ex.set("internalTopics", it);
            if (err != null) {
                ex.set("error", err);
            } else {
                ex.set("stores", stores(d, sc, b, internal));
            }
        } finally {
            try {
                d.close();
            } catch (final Throwable t) {
                // after an error in the run, closing may fail as well
            }
        }
        return finish(sc, ex, dir);
    }

    private static byte[] bytes(final JsonNode x, final String f, final String serde, final String topic) {
        if (x.has(f + "Hex")) {
            return HEX.parseHex(x.get(f + "Hex").asText());
        }
        final Object o = Values.fromJson(x.get(f), serde);
        return o == null ? null : Values.serde(serde).serializer().serialize(topic, o);
    }

    private static ObjectNode collect(final TopologyTestDriver d, final ObjectNode sc, final int step, final Map<String, ArrayNode> internal) {
        final ObjectNode out = F.objectNode();
        for (final String topic : new TreeSet<>(d.producedTopicNames())) {
            final TestOutputTopic<byte[], byte[]> o = d.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            if (o.isEmpty()) {
                continue;
            }
            final boolean isInternal = topic.startsWith(APP + "-");
            final ArrayNode a = isInternal ? internal.computeIfAbsent(topic, t -> F.arrayNode()) : out.putArray(topic);
            while (!o.isEmpty()) {
                final TestRecord<byte[], byte[]> r = o.readRecord();
                final ObjectNode n = a.addObject();
                if (isInternal) {
                    n.put("input", step);
                } else {
                    JsonNode s = sc.get("topics").get(topic);
                    if (s == null) {
                        for (final java.util.Iterator<String> i = sc.get("topics").fieldNames(); i.hasNext();) {
                            final String c = i.next();
                            if (c.endsWith("*") && topic.startsWith(c.substring(0, c.length() - 1))) {
                                s = sc.get("topics").get(c);
                            }
                        }
                    }
                    if (s == null) {
                        throw new OracleError("output topic without serdes: " + topic);
                    }
                    n.set("key", de(r.key(), s.get("key").asText(), topic));
                    n.set("value", de(r.value(), s.get("value").asText(), topic));
                }
                n.put("timestamp", r.timestamp());
                if (r.headers().toArray().length > 0) {
                    n.set("headers", headers(r.headers()));
                }
                n.put("keyHex", r.key() == null ? null : HEX.formatHex(r.key()));
                n.put("valueHex", r.value() == null ? null : HEX.formatHex(r.value()));
            }
        }
        return out;
    }

    private static JsonNode de(final byte[] b, final String serde, final String topic) {
        return b == null ? F.nullNode() : Values.toJson(Values.serde(serde).deserializer().deserialize(topic, b));
    }

    private static ObjectNode stores(final TopologyTestDriver d, final ObjectNode sc, final Build b, final Map<String, ArrayNode> internal) {
        final ObjectNode out = F.objectNode();
        for (final Map.Entry<String, StateStore> e : new TreeMap<>(d.getAllStateStores()).entrySet()) {
            final StateStore s = e.getValue();
            if (s == null || e.getKey().matches(".*(SUBSCRIPTION-STATE-STORE-[0-9]+|-subscription-store|OUTERSHARED-[0-9]+-store|-shared-join-store)")) {
                continue;
            }
            final ObjectNode o = F.objectNode();
            final List<ObjectNode> rows = new ArrayList<>();
            try {
                if (s instanceof VersionedKeyValueStore) {
                    o.put("type", "versioned");
                    final String[] serdes = b.storeSerdes.get(e.getKey());
                    final TreeSet<String> keys = new TreeSet<>();
                    final ArrayNode log = internal.get(APP + "-" + e.getKey() + "-changelog");
                    if (log != null) {
                        log.forEach(r -> keys.add(r.get("keyHex").asText()));
                    }
                    for (final JsonNode x : sc.get("inputs")) {
                        if (x.has("topic")) {
                            final String t = x.get("topic").asText();
                            if (sc.get("topics").get(t).get("key").asText().equals(serdes[0])) {
                                final byte[] k = bytes(x, "key", serdes[0], t);
                                if (k != null) {
                                    keys.add(HEX.formatHex(k));
                                }
                            }
                        }
                    }
                    for (final String kh : keys) {
                        final Object k = Values.serde(serdes[0]).deserializer().deserialize("", HEX.parseHex(kh));
                        final QueryResult<VersionedRecordIterator> q = ((StateStore) s).query((org.apache.kafka.streams.query.Query) MultiVersionedKeyQuery.withKey(k).withAscendingTimestamps(),
                            PositionBound.unbounded(), new QueryConfig(false));
                        if (!q.isSuccess()) {
                            throw new OracleError("versioned query: " + q.getFailureMessage());
                        }
                        final ObjectNode n = F.objectNode();
                        n.set("key", Values.toJson(k));
                        final ArrayNode h = n.putArray("history");
                        try (VersionedRecordIterator<Object> it = q.getResult()) {
                            while (it.hasNext()) {
                                final VersionedRecord<Object> r = it.next();
                                final ObjectNode v = h.addObject();
                                v.set("value", Values.toJson(r.value()));
                                v.put("timestamp", r.timestamp());
                                if (r.validTo().isPresent()) {
                                    v.put("validTo", r.validTo().get());
                                }
                            }
                        }
                        if (h.size() > 0) {
                            rows.add(n);
                        }
                    }
                } else if (s instanceof ReadOnlyKeyValueStore) {
                    o.put("type", "keyValue");
                    try (KeyValueIterator<Object, Object> it = ((ReadOnlyKeyValueStore<Object, Object>) s).all()) {
                        it.forEachRemaining(r -> {
                            final ObjectNode n = F.objectNode();
                            n.set("key", Values.toJson(r.key));
                            put(n, r.value, false);
                            rows.add(n);
                        });
                    }
                } else if (s instanceof ReadOnlyWindowStore) {
                    o.put("type", "window");
                    // In-memory window stores keep them; those of joins alone log them as well.
                    final ArrayNode log = internal.get(APP + "-" + e.getKey() + "-changelog");
                    final boolean headersLogged = log != null && StreamSupport.stream(log.spliterator(), false).anyMatch(r -> r.has("headers"));
                    try (KeyValueIterator<Windowed<Object>, Object> it = ((ReadOnlyWindowStore<Object, Object>) s).all()) {
                        it.forEachRemaining(r -> {
                            final ObjectNode n = (ObjectNode) Values.toJson(r.key);
                            put(n, r.value, headersLogged);
                            rows.add(n);
                        });
                    }
                } else if (s instanceof ReadOnlySessionStore) {
                    o.put("type", "session");
                    try (KeyValueIterator<Windowed<Object>, Object> it = ((ReadOnlySessionStore<Object, Object>) s).fetch(null, null)) {
                        it.forEachRemaining(r -> {
                            final ObjectNode n = (ObjectNode) Values.toJson(r.key);
                            put(n, r.value, false);
                            rows.add(n);
                        });
                    }
                } else {
                    continue;
                }
            } catch (final OracleError x) {
                if (x.getMessage().startsWith("no JSON form")) {
                    continue;
                }
                throw x;
            }
            rows.sort(Comparator.comparing((ObjectNode n) -> sortKey(n.get("key")))
                .thenComparing(n -> n.path("start").asLong()).thenComparing(n -> n.path("end").asLong()));
            o.set("entries", F.arrayNode().addAll(rows));
            out.set(e.getKey(), o);
        }
        return out;
    }

    private static String sortKey(final JsonNode n) {
        if (n.isNumber()) {
            return String.format("%020d", n.asLong() + 1000000000000L);
        }
        if (n.isObject() && n.has("start")) {
            return sortKey(n.get("key")) + String.format("\0%020d/%020d", n.get("start").asLong(), n.get("end").asLong());
        }
        return n.isTextual() ? n.asText() : n.toString();
    }

    private static void put(final ObjectNode n, final Object v, final boolean withHeaders) {
        final JsonNode j = Values.toJson(v);
        if (v instanceof org.apache.kafka.streams.state.ValueAndTimestamp || v instanceof org.apache.kafka.streams.state.ValueTimestampHeaders) {
            n.setAll((ObjectNode) j);
            if (!withHeaders) {
                n.remove("headers");
            }
        } else {
            n.set("value", j);
        }
    }

    private static ObjectNode finish(final ObjectNode sc, final ObjectNode ex, final Path dir) throws Exception {
        delete(dir.toFile());
        sc.set("expected", ex);
        return sc;
    }

    static void delete(final File f) {
        final File[] c = f.listFiles();
        if (c != null) {
            for (final File x : c) {
                delete(x);
            }
        }
        f.delete();
    }

    /** Objects and arrays down to the given depth are spread over lines; what is deeper is on one line. */
    static void write(final StringBuilder b, final JsonNode n, final int depth, final String indent) throws Exception {
        if (depth <= 0 || n.isValueNode() || n.isEmpty()) {
            b.append(M.writeValueAsString(n));
            return;
        }
        final String in = indent + " ";
        boolean first = true;
        if (n.isObject()) {
            b.append("{");
            for (final Map.Entry<String, JsonNode> e : n.properties()) {
                b.append(first ? "\n" : ",\n").append(in).append(M.writeValueAsString(e.getKey())).append(": ");
                write(b, e.getValue(), depth - 1, in);
                first = false;
            }
            b.append("\n").append(indent).append("}");
        } else {
            b.append("[");
            for (final JsonNode e : n) {
                b.append(first ? "\n" : ",\n").append(in);
                write(b, e, depth - 1, in);
                first = false;
            }
            b.append("\n").append(indent).append("]");
        }
    }

    static String text(final ObjectNode v) throws Exception {
        final StringBuilder b = new StringBuilder("{");
        boolean first = true;
        for (final Map.Entry<String, JsonNode> e : v.properties()) {
            b.append(first ? "\n" : ",\n").append(" ").append(M.writeValueAsString(e.getKey())).append(": ");
            final int depth;
            switch (e.getKey()) {
                case "topology": case "inputs": case "topics": depth = 1; break;
                case "expected": depth = 4; break;
                default: depth = 0;
            }
            if (e.getKey().equals("expected")) {
                expected(b, (ObjectNode) e.getValue());
            } else {
                write(b, e.getValue(), depth, " ");
            }
            first = false;
        }
        return b.append("\n}\n").toString();
    }

    private static void expected(final StringBuilder b, final ObjectNode v) throws Exception {
        b.append("{");
        boolean first = true;
        for (final Map.Entry<String, JsonNode> e : v.properties()) {
            b.append(first ? "\n  " : ",\n  ").append(M.writeValueAsString(e.getKey())).append(": ");
            final int depth;
            switch (e.getKey()) {
                case "outputsByInput": depth = 3; break;
                case "internalTopics": depth = 2; break;
                case "internalTopicConfigs": depth = 1; break;
                case "stores": depth = 3; break;
                default: depth = 1;
            }
            write(b, e.getValue(), depth, "  ");
            first = false;
        }
        b.append("\n }");
    }

    public static void main(final String[] args) throws Exception {
        if (args.length < 2) {
            System.err.println("usage: run SCENARIO_OR_DIR... OUTDIR");
            System.exit(2);
        }
        final File outDir = new File(args[args.length - 1]);
        outDir.mkdirs();
        final Path tmp = Files.createTempDirectory("oracle");
        final List<File> files = new ArrayList<>();
        for (int i = 0; i < args.length - 1; i++) {
            final File f = new File(args[i]);
            if (f.isDirectory()) {
                final File[] l = f.listFiles((x, n) -> n.endsWith(".json"));
                java.util.Arrays.sort(l);
                files.addAll(List.of(l));
            } else {
                files.add(f);
            }
        }
        final AtomicInteger bad = new AtomicInteger();
        files.parallelStream().forEach(f -> {
            try {
                final ObjectNode sc = (ObjectNode) M.readTree(f);
                final ObjectNode v = run(sc, tmp);
                Files.write(new File(outDir, f.getName()).toPath(), text(v).getBytes(StandardCharsets.UTF_8));
            } catch (final Throwable t) {
                bad.incrementAndGet();
                System.err.println(f.getName() + ": " + t);
                if (System.getenv("TRACE") != null) {
                    t.printStackTrace();
                }
            }
        });
        delete(tmp.toFile());
        System.err.println(files.size() - bad.get() + " vectors written, " + bad + " failed");
        System.exit(bad.get() == 0 ? 0 : 1);
    }
}
