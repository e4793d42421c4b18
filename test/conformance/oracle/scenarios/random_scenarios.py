"""random_scenarios.py OUTDIR SEED COUNT [PREFIX]: random well-typed topology programs of 3 to 9 steps over 1 to 3 source topics."""
import random, sys
from lib import *
import lib

out, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
prefix = sys.argv[4] if len(sys.argv) > 4 else "random"
start(out)
R = random.Random(seed)


MULTIPLYING = {"join", "leftJoin", "outerJoin", "aggregate", "reduce", "flatMap", "flatMapValues"}
MOST_WEIGHT = 4  # joins of joins, and concatenations of concatenations, grow without end


class N:
    """A stream, table or group that steps can be called on. `weight` counts the steps before it that multiply records."""

    def __init__(self, kind, id, k, v, weight=0, **f):
        self.kind, self.id, self.k, self.v, self.used = kind, id, k, v, False
        self.weight = weight
        self.f = f


class Gen:
    def __init__(self, i):
        self.i = i
        self.steps, self.nodes, self.topics, self.tags = [], [], {}, {"random"}
        self.n = 0
        self.names = 0
        self.stores = 0
        self.caching = self.chance(0.2)
        self.scale = R.choice([1, 1, 1, 1, 1000, 20000])
        self.wall = False
        self.nout = 0
        self.extracted = False

    def id(self):
        self.n += 1
        return "n%d" % self.n

    def chance(self, p): return R.random() < p

    def name(self, p=0.2):
        if self.chance(p):
            self.names += 1
            return {"name": R.choice(["alpha", "beta", "step", "node", "x"]) + "-%d" % self.names}
        return {}

    def whole(self, v):
        """Whether values stand the same in Java's JSON and in JavaScript's."""
        return v in ("string", "long", "integer")

    def mat(self, p_name=0.5, p_any=1.0, window=None):
        if not self.chance(p_any): return {}
        m = {}
        if self.chance(p_name):
            self.stores += 1
            m["name"] = "store-%d" % self.stores
        if self.chance(0.2): m["storeType"] = R.choice(["inMemory", "rocksDB"])
        if self.chance(0.1): m["caching"] = R.choice([True, False])
        if self.chance(0.06): m["logging"] = False
        return {"materialized": m} if m or p_any < 1 else {}

    def table_mat(self, p_name=0.5, p_any=1.0):
        """Of a table by key: at times with one of the suppliers of `Stores`."""
        if not self.chance(0.08): return self.mat(p_name, p_any)
        self.stores += 1
        supplier = R.choice(["inMemoryKeyValue", "persistentKeyValue", "persistentTimestampedKeyValue"])
        # The adapter for a plain store tells timestamps while the record cache holds them.
        plain = {"caching": False} if supplier == "persistentKeyValue" else {}
        return {"materialized": {"name": "store-%d" % self.stores, "supplier": supplier, **plain}}

    def window_mat(self, w, size, windows, on_close=False):
        """Of a table by window: at times with a retention of its own, or a supplier."""
        m = self.mat()
        retention = self.retained(w, size, windows) + self.t(0, 40)
        if self.chance(0.1): m.setdefault("materialized", {})["retentionMs"] = retention
        elif self.chance(0.08) and w != "sliding":
            self.stores += 1
            kinds = ["inMemorySession", "persistentSession"] if w == "session" else ["inMemoryWindow", "persistentTimestampedWindow"]
            # A plain store keeps no timestamps, without which Kafka Streams fails to emit a window that closes.
            if w != "session" and not on_close and not self.caching: kinds.append("persistentWindow")
            m["materialized"] = {"name": "store-%d" % self.stores, "supplier": R.choice(kinds), "retentionMs": retention}
            if w != "session": m["materialized"]["windowSizeMs"] = size
        # A record that reaches back to an expired session finds it as long as the record cache of Kafka Streams happens to hold it.
        if w == "session" and self.caching: m.setdefault("materialized", {})["retentionMs"] = self.t(10000, 10001)
        return m

    def add(self, op, frm, node, **kw):
        d = o(op, id=node.id, **kw)
        if frm is not None:
            d["from"] = frm.id
            frm.used = True
            other = next((n.weight for n in self.nodes if n.id == kw.get("with_")), 0)
            node.weight = max(node.weight, frm.weight + other + (op in MULTIPLYING))
            if frm.f.get("punctuated"): node.f["punctuated"] = True
        name = kw.get("materialized", {}).get("name")
        if name is not None and node.kind == "table" and "Windowed" not in node.k and op != "globalTable": node.f["store"] = name
        self.steps.append(d)
        self.nodes.append(node)
        return node

    def t(self, lo, hi): return R.randint(lo, hi) * self.scale

    def source(self, j, kind):
        topic = ["in", "second", "third"][j]
        k = "string" if self.chance(0.85) else "long"
        v = R.choices(["string", "long", "integer", "double", "json", "bytes"], [30, 10, 1, 1, 2, 1])[0]
        if kind == "globalTable" and self.nodes: k = "string"
        self.topics[topic] = {"key": k, "value": v}
        node = N(kind, self.id(), k, v, serde=True, top=True)
        kw = dict(topic=topic)
        kw.update(self.name(0.1))
        if kind != "globalTable" and self.chance(0.06):
            kw["timestampExtractor"] = R.choice(["logAndSkipOnInvalid", "usePartitionTimeOnInvalid", "partitionTimePlus:%d" % self.t(1, 5), "valueAfter:x"])
            self.tags.add("timestamp")
        if kind == "stream" and self.chance(0.06):
            self.topics[topic + "-too"] = self.topics[topic]
            del kw["topic"]
            kw["topics"] = [topic, topic + "-too"]
        if kind == "table":
            if self.chance(0.15):
                self.stores += 1
                kw["materialized"] = {"name": "store-%d" % self.stores, "supplier": "versioned", "historyRetentionMs": self.t(20, 200)}
                node.f["versioned"] = True
                self.tags.add("versioned")
            else:
                kw.update(self.table_mat(0.7, 0.5))
        elif kind == "globalTable":
            kw.update(self.mat(1.0, 0.5))
            if "materialized" in kw: kw["materialized"].pop("logging", None)
        return self.add(kind, None, node, **kw)

    def pick(self, kinds=None, pred=lambda n: True):
        c = [n for n in self.nodes if n.weight <= MOST_WEIGHT and (kinds is None or n.kind in kinds) and pred(n)]
        if not c: return None
        un = [n for n in c if not n.used]
        return R.choice(un) if un and self.chance(0.8) else R.choice(c)

    def windows(self):
        g = R.choice([None, 0, self.t(1, 10), self.t(10, 60)])
        w = R.choice(["tumbling", "hopping", "sliding", "session", "tumbling"])
        self.tags.add(w)
        size = self.t(4, 25)
        if w == "tumbling": return w, size, tum(size, g)["windows"]
        if w == "hopping":
            return w, size, hop(size, max(1, R.choice([size // 2, size // 3, size // 4])), g)["windows"]
        if w == "sliding": return w, size, sli(size, g)["windows"]
        return w, size, ses(size // 2, g)["windows"]

    def retained(self, w, size, windows):
        """The least retention that Kafka Streams allows."""
        return (size if w != "sliding" else 2 * size) + windows.get("graceMs", 0)

    # ---- steps
    def stream_step(self):
        n = self.pick(["stream"])
        if n is None: return False
        k, v = n.k, n.v
        win = "Windowed" in k
        new = lambda kk=k, vv=v, kind="stream", **f: N(kind, self.id(), kk, vv, **f)
        ops = ["filter", "filterNot", "mapValues", "mapValues", "mapValuesKey"]
        if v == "string": ops += ["flatMapValues"]
        ops += ["selectKey", "selectKey"]
        ops += ["peek"]
        if not win:
            ops += ["map", "flatMap", "merge", "split", "repartition", "processValues", "process", "agg", "agg", "agg", "agg", "windowed", "windowed", "windowed", "toTable", "toTable", "cogroup",
                    "joinS", "joinS", "joinS", "joinT", "joinT", "joinT", "joinG", "joinG"]
        op = R.choice(ops)
        preds = ["valueNotNull", "keyNotNull", "valueEven", "valueGt:2", "valueStartsWith:x", "valueContains:1", "valueLengthGt:1"] + ([] if win else ["keyIs:a", "keyStartsWith:b"])
        if op in ("filter", "filterNot"):
            self.add(op, n, new(), predicate=R.choice(preds), **self.name())
        elif op == "mapValues":
            f, vv = R.choice([("upper", "string"), ("append:1", "string"), ("prefix:x", "string"), ("length", "long"), ("parseLong", "long"), ("toStr", "string"), ("nullIf:3", v), ("addLong:1", "long"), ("identity", v), ("toInteger", "integer"), ("toDouble", "double"), ("toJson", "json" if self.whole(v) else None), ("before:/", "string"), ("field:v", "string"), ("null", v)])
            if vv is None: return False
            self.add("mapValues", n, new(vv=vv), mapper=f, **self.name())
        elif op == "peek":
            self.add("peek", n, new(), **self.name())
            if self.chance(0.5): self.steps.append(dict(o(R.choice(["foreach", "print"]), **self.name()), **{"from": n.id}))
        elif op == "mapValuesKey":
            f, vv = R.choice([("keyValue:/", "string"), ("key", "string"), ("keyLength", "long")])
            self.add("mapValues", n, new(vv=vv), mapperWithKey=f, **self.name())
        elif op == "flatMapValues":
            if self.chance(0.3): self.add(op, n, new(vv="string"), mapperWithKey="keyWords", **self.name())
            else: self.add(op, n, new(vv="string"), mapper=R.choice(["words", "chars", "dup:2", "none"]), **self.name())
        elif op == "selectKey":
            if win:
                f, kk = R.choice([("windowKey", k[k.index("<") + 1:-1].split(",")[0]), ("keyStr", "string")])
            else:
                f, kk = R.choice([("valueStr", "string"), ("valuePrefix:1", "string"), ("valueLast:1", "string"), ("valueMod:3", "long"), ("keyStr", "string"), ("keyPrefix:1", "string"), ("constant:k", "string")])
            self.add(op, n, new(kk=kk), selector=f, **self.name())
        elif op == "map":
            f, kk, vv = R.choice([("swap", v, k), ("valueToKey:1", "string", v), ("keyToValue", k, "string"), ("split:/", "string", "string"), ("groupByMod:2", "long", v), ("identity", k, v)])
            self.add(op, n, new(kk=kk, vv=vv), mapper=f, **self.name())
        elif op == "flatMap":
            f, kk, vv = R.choice([("words", "string", "string"), ("dup:2", k, "string")])
            self.add(op, n, new(kk=kk, vv=vv), mapper=f, **self.name())
        elif op == "merge":
            m = self.pick(["stream"], lambda x: x.k == k and x.v == v)
            if m is None or m is n: return False
            m.used = True
            self.add(op, n, new(punctuated=n.f.get("punctuated") or m.f.get("punctuated")), with_=m.id, **self.name())
        elif op == "split":
            bs, made = [], []
            for j in range(R.randint(1, 2)):
                b = N("stream", self.id(), k, v, n.weight, **n.f)
                bs.append(dict({"predicate": R.choice(preds), "id": b.id}, **({"name": "branch%d" % j} if self.chance(0.3) else {})))
                made.append(b)
            d = o("split", branches=bs, **self.name(0.2))
            d["from"] = n.id
            n.used = True
            if self.chance(0.7):
                b = N("stream", self.id(), k, v, n.weight, **n.f)
                d["default"] = {"id": b.id}
                made.append(b)
            self.steps.append(d)
            self.nodes += made
        elif op == "repartition":
            self.add(op, n, new(), **dict(self.name(0.5), **({"partitions": R.randint(1, 4)} if self.chance(0.3) else {})))
        elif op in ("process", "processValues"):
            kinds = ["plain", "plain", "count", "dedup", "sessions", "range", "lookup", "versioned"]
            kind = R.choice(kinds + ["punct"] if op == "process" else kinds)
            self.stores += 1
            s = "ps-%d" % self.stores
            if kind == "plain":
                # Kafka Streams has no defined metadata for what a punctuator forwards.
                metadata = [] if n.f.get("punctuated") else [("metadata", "string")]
                p, vv = R.choice(metadata + [("passthrough", v), ("upper", "string"), ("addHeader:p=q", v), ("times", "string"), ("dropHeaders", v), ("drop", v), ("shiftTimestamp:%d" % self.t(1, 9), v), ("fanOut:2", v)])
                self.add(op, n, new(vv=vv), processor=p, **self.name())
            elif kind == "count":
                self.steps.append(o("addStateStore", name=s, type=R.choice(["persistentKeyValue", "inMemoryKeyValue"]), keySerde=k, valueSerde="long", **({"caching": True} if self.chance(0.3) else {})))
                self.add(op, n, new(vv="long"), processor="countInStore:" + s, stores=[s], **self.name())
            elif kind == "sessions":
                self.steps.append(o("addStateStore", name=s, type=R.choice(["persistentSession", "inMemorySession"]), retentionMs=self.t(2000, 6000), keySerde=k, valueSerde="string", **({"caching": True} if self.chance(0.3) else {})))
                self.add(op, n, new(vv="string"), processor="sessionAppend:%s:%d" % (s, self.t(3, 15)), stores=[s], **self.name())
            elif kind == "range":
                self.steps.append(o("addStateStore", name=s, type=R.choice(["persistentKeyValue", "inMemoryKeyValue"]), keySerde=k, valueSerde="long", **({"caching": True} if self.chance(0.3) else {})))
                self.add(op, n, new(vv="string"), processor="rangeKeys:" + s, stores=[s], **self.name())
            elif kind == "lookup":
                m = self.pick(["table"], lambda x: x.k == k and "store" in x.f and not x.f.get("versioned"))
                if m is None: return False
                self.add(op, n, new(vv="string"), processor="lookup:" + m.f["store"], stores=[m.f["store"]], **self.name())
            elif kind == "versioned":
                self.steps.append(o("addStateStore", name=s, type="versioned", historyRetentionMs=self.t(20, 200), keySerde=k, valueSerde="string"))
                put = self.chance(0.7)
                self.add(op, n, new(vv="string"), processor="versionedPut:" + s if put else "versionedGet:%s:%d" % (s, self.t(0, 20)), stores=[s], **self.name())
                if put and self.chance(0.5):
                    n2 = N("stream", self.id(), k, "string", n.weight)
                    self.add(op, n, n2, processor="versionedGet:%s:%d" % (s, self.t(0, 20)), stores=[s], **self.name())
                self.tags.add("versioned")
            elif kind == "dedup":
                ttl = self.t(3, 15)
                self.steps.append(o("addStateStore", name=s, type=R.choice(["persistentWindow", "inMemoryWindow"]), retentionMs=ttl * 4, windowSizeMs=ttl, keySerde=k, valueSerde="string"))
                self.add(op, n, new(), processor="dedup:%s:%d" % (s, ttl), stores=[s], **self.name())
            else:
                w = self.chance(0.5)
                self.steps.append(o("addStateStore", name=s, type=R.choice(["persistentKeyValue", "inMemoryKeyValue"]), keySerde=k, valueSerde="long"))
                self.wall |= w
                self.add(op, n, new(vv="long", punctuated=True), processor="%s:%s:%d" % ("wallClockEmit" if w else "streamTimeEmit", s, self.t(5, 20)), stores=[s], **self.name())
        elif op == "toTable":
            t = new(kind="table", serde=True)
            kw = self.table_mat()
            if self.chance(0.15):
                self.stores += 1
                kw = {"materialized": {"name": "store-%d" % self.stores, "supplier": "versioned", "historyRetentionMs": self.t(20, 200)}}
                t.f["versioned"] = True
                self.tags.add("versioned")
            self.add(op, n, t, **dict(self.name(), **kw))
        elif op in ("agg", "windowed", "cogroup"):
            g = self.group(n)
            if op == "cogroup" and self.chance(0.8):
                others = [x for x in self.nodes if x.kind == "stream" and x is not n and x.k == g.k]
                gs = [g] + [self.group(x, g.k) for x in R.sample(others, min(len(others), R.randint(0, 2)))]
                a = R.choice(["concat", "keyed", "sum"] + ["collect"] * all(self.whole(x.v) for x in gs))
                av = {"concat": "string", "keyed": "string", "collect": "json", "sum": "long"}[a]
                aggs = {"string": ["concat", "keyed"], "json": ["collect"], "long": ["sum", "count"]}[av]
                c = N("cogrouped", self.id(), g.k, av, sum(x.weight for x in gs))
                self.add("cogroup", None, c, groups=[{"from": x.id, "aggregator": R.choice(aggs)} for x in gs])
                for x in gs: x.used = True
                if self.chance(0.5):
                    w, size, ws = self.windows()
                    c2 = N("win", self.id(), g.k, av)
                    self.add("windowedBy", c, c2, windows=ws)
                    kk = SW(g.k) if w == "session" else TW(g.k, size)
                    self.add("aggregate", c2, N("table", self.id(), kk, av, serde=True, closable=True), aggregator=a, **dict(self.name(), **self.window_mat(w, size, ws)))
                else:
                    self.add("aggregate", c, N("table", self.id(), g.k, av, serde=True), aggregator=a, **dict(self.name(), **self.mat()))
                return True
            kk, cl = g.k, False
            if op == "windowed":
                w, size, ws = self.windows()
                w2 = N("win", self.id(), g.k, v)
                self.add("windowedBy", g, w2, windows=ws)
                kk = SW(g.k) if w == "session" else TW(g.k, size)
                g, cl = w2, True
                if self.chance(0.25):
                    g = self.add("emitStrategy", w2, N("win", self.id(), w2.k, v), strategy="onWindowClose")
                    cl = False
            self.aggregate(g, kk, v, cl, False, self.window_mat(w, size, ws, not cl) if op == "windowed" else self.mat())
        elif op == "joinS":
            m = self.pick(["stream"], lambda x: x.k == k)
            if m is None: return False
            how = R.choice(["join", "leftJoin", "outerJoin"])
            gr = R.choice([None, 0, self.t(1, 30)])
            w = jw(self.t(2, 15), gr)
            if self.chance(0.25): w["beforeMs"] = self.t(0, 8)
            if self.chance(0.25): w["afterMs"] = self.t(0, 8)
            m.used = True
            jv, kw = self.joiner(v, m.v)
            sj = {}
            if self.chance(0.2): sj["storeName"] = "js-%d" % len(self.steps)
            if self.chance(0.2): sj["storeType"] = "inMemory"
            if self.chance(0.1): sj["logging"] = False
            if sj: kw["streamJoined"] = sj
            self.tags.add("join-stream-stream")
            self.add(how, n, new(vv=jv), with_=m.id, windows=w, **dict(kw, **self.name()))
        elif op == "joinT":
            m = self.pick(["table"], lambda x: x.k == k)
            if m is None: return False
            m.used = True
            jv, kw = self.joiner(v, m.v)
            if m.f.get("versioned") and self.chance(0.4): kw["graceMs"] = self.t(1, 15)
            self.tags.add("join-stream-table")
            self.add(R.choice(["join", "leftJoin"]), n, new(vv=jv), with_=m.id, **dict(kw, **self.name()))
        elif op == "joinG":
            m = self.pick(["globalTable"])
            if m is None: return False
            m.used = True
            jv, kw = self.joiner(v, m.v)
            sel = R.choice(["valuePrefix:1", "keyPrefix:1", "keyStr", "valueStr"] if m.k == "string" else ["valueMod:4"])
            self.tags.add("join-stream-global")
            self.add(R.choice(["join", "leftJoin"]), n, new(vv=jv), with_=m.id, selector=sel, **dict(kw, **self.name()))
        return True

    def joiner(self, l, r):
        if self.chance(0.2): return "string", {"joinerWithKey": "KLR"}
        j, v = R.choice([("LR", "string"), ("LR", "string"), ("sum", "long"), ("nullIfRight:2", "string")])
        return v, {"joiner": j}

    def group(self, n, want=None):
        if want is not None or self.chance(0.55):
            return self.add("groupByKey", n, N("grouped", self.id(), n.k, n.v), **self.name())
        f, kk = R.choice([("valuePrefix:1", "string"), ("valueStr", "string"), ("keyPrefix:1", "string"), ("valueMod:2", "long"), ("keyAppend:z", "string")])
        return self.add("groupBy", n, N("grouped", self.id(), kk, n.v), selector=f, **self.name())

    def aggregate(self, g, kk, v, closable, table, materialized):
        how = R.choice(["count", "reduce", "aggregate", "aggregate"])
        kw = dict(self.name(), **materialized)
        if how == "count":
            if self.chance(0.5) and "retentionMs" not in kw.get("materialized", {}): kw.pop("materialized", None)
            self.add("count", g, N("table", self.id(), kk, "long", serde=True, closable=closable), **kw)
        elif how == "reduce":
            if v not in ("string", "long"): r, s = "last", "first"
            elif v == "long": r, s = R.choice([("sum", "sub"), ("max", "first"), ("last", "first")])
            else: r, s = R.choice([("concat:,", "removeToken:,"), ("last", "first"), ("concatOrNull:x", "first")])
            if table: kw["subtractor"] = s
            self.add("reduce", g, N("table", self.id(), kk, v, serde=True, closable=closable), reducer=r, **kw)
        else:
            collected = [("collect", "json")] if self.whole(v) else []
            a, av = R.choice(collected + [("concat", "string"), ("keyed", "string"), ("minmax", "json"), ("sum", "long"), ("count", "long"), ("lastOrNull:x", "string")])
            self.add("aggregate", g, N("table", self.id(), kk, av, serde=True, closable=closable), aggregator=a, **kw)

    def table_step(self):
        n = self.pick(["table"])
        if n is None: return False
        k, v = n.k, n.v
        win = "Windowed" in k
        unkept = n.f.get("unkept", False)
        new = lambda vv=v, serde=False, unkept=unkept, **f: N("table", self.id(), k, vv, serde=serde, unkept=unkept, **f)
        ops = ["filter", "filterNot", "mapValues", "mapValues", "toStream", "toStream", "transform"]
        if n.f.get("closable"): ops += ["suppressW"] * 4
        if not win:
            if not n.f.get("unkept"): ops += ["groupBy", "groupBy", "groupBy", "join", "join", "join", "join", "fk", "fk", "fk"]
            if n.f.get("serde") and not n.f.get("versioned"): ops += ["suppressT", "suppressT"]
        op = R.choice(ops)
        preds = ["valueNotNull", "valueEven", "valueGt:2", "valueStartsWith:x", "valueContains:1", "valueLengthGt:1"]
        if op in ("filter", "filterNot"):
            m = self.mat(0.6, 0.4)
            self.add(op, n, new(serde=n.f.get("serde")), predicate=R.choice(preds), **dict(self.name(), **m))
        elif op == "mapValues":
            f, vv = R.choice([("upper", "string"), ("append:1", "string"), ("length", "long"), ("parseLong", "long"), ("nullIf:3", v), ("addLong:1", "long"), ("toDouble", "double"), ("toJson", "json" if self.whole(v) else None)])
            if vv is None: return False
            m = self.mat(0.6, 0.4)
            self.add(op, n, new(vv, serde="materialized" in m), mapper=f, **dict(self.name(), **m))
        elif op == "transform":
            m = self.mat(0.6, 0.4)
            kw = {"transformer": R.choice(["keyValue", "keyValueNotNull"])}
            if not win and self.chance(0.2):
                self.stores += 1
                s = "calls-%d" % self.stores
                self.steps.append(o("addStateStore", name=s, type=R.choice(["persistentKeyValue", "inMemoryKeyValue"]), keySerde=k, valueSerde="long"))
                kw = {"transformer": "countCalls:" + s, "stores": [s]}
            self.add("transformValues", n, new("string", serde="materialized" in m), **dict(kw, **dict(self.name(), **m)))
        elif op == "toStream":
            if self.chance(0.4):
                if win: f, kk = R.choice([("windowKey", k[k.index("<") + 1:-1].split(",")[0]), ("keyStr", "string")])
                else: f, kk = R.choice([("valuePrefix:1", "string"), ("keyPrefix:1", "string"), ("valueStr", "string")])
                self.add(op, n, N("stream", self.id(), kk, v), selector=f, **self.name())
            else:
                self.add(op, n, N("stream", self.id(), k, v), **self.name())
        elif op == "suppressW":
            self.tags.add("suppress")
            self.add("suppress", n, new(serde=True), until="windowCloses", buffer=R.choice([{}, {}, {"maxRecords": R.randint(2, 9), "whenFull": "shutDown"}, {"logging": False}]), **self.name())
        elif op == "suppressT":
            self.tags.add("suppress")
            b = R.choice([{}, {"maxRecords": R.randint(1, 4)}, {"maxBytes": R.randint(80, 400)}, {"maxRecords": R.randint(3, 9), "whenFull": "shutDown"}, {"logging": False}])
            self.add("suppress", n, new(serde=True), until="timeLimit", timeLimitMs=self.t(0, 20), buffer=b, **self.name())
        elif op == "groupBy":
            f, kk, vv = R.choice([("groupByValue", "string", "string"), ("groupByPrefix:1", "string", v), ("groupByKeyPrefix:1", "string", v), ("groupByMod:2", "long", v)])
            g = self.add(op, n, N("groupedTable", self.id(), kk, vv), mapper=f, **self.name())
            self.tags.add("group-table")
            self.aggregate(g, kk, vv, False, True, self.table_mat())
        elif op == "join":
            m = self.pick(["table"], lambda x: x.k == k and not x.f.get("unkept"))
            if m is None: return False
            m.used = True
            j, vv = R.choice([("LR", "string"), ("sum", "long"), ("nullIfRight:2", "string")])
            mt = self.mat(0.6, 0.5)
            self.tags.add("join-table-table")
            self.add(R.choice(["join", "leftJoin", "outerJoin"]), n, new(vv, serde="materialized" in mt), with_=m.id, joiner=j, **dict(self.name(), **mt))
        elif op == "fk":
            if not n.f.get("serde"): return False
            m = self.pick(["table"], lambda x: x.f.get("serde") and "Windowed" not in x.k)
            if m is None: return False
            m.used = True
            j, vv = R.choice([("LR", "string"), ("sum", "long")])
            mt = self.mat(0.6, 0.6)
            fk = R.choice(["valuePrefix:1", "valueStr"]) if m.k == "string" else "valueMod:4"
            kw = {"foreignKey": fk}
            if m.k == "string" and self.chance(0.2): kw = {"foreignKeyWithKey": "keyPrefix:1"}
            self.tags.add("fk-join")
            self.add(R.choice(["join", "leftJoin"]), n, new(vv, serde="materialized" in mt, unkept="materialized" not in mt), with_=m.id, joiner=j, **dict(dict(kw, **self.name()), **mt))
        return True

    def build(self):
        kinds = [R.choice(["stream", "stream", "table"])] + [R.choice(["stream", "table", "table", "globalTable"]) for _ in range(R.choice([0, 1, 1, 2]))]
        for j, kd in enumerate(kinds): self.source(j, kd)
        if self.chance(0.06):
            self.topics["global"] = {"key": "string", "value": "string"}
            kind = R.choice(["inMemoryKeyValue", "persistentKeyValue"])
            self.steps.append(o("addGlobalStore", topic="global", store=o("x", name="global-store", type=kind, keySerde="string", valueSerde="string", logging=False)))
        want = R.randint(3, 9)
        tries = 0
        done = 0
        while done < want and tries < 60:
            tries += 1
            if (self.stream_step if self.chance(0.55) else self.table_step)(): done += 1
        for n in list(self.nodes):
            if n.used and self.chance(0.9): continue
            if n.kind == "table":
                n2 = N("stream", self.id(), n.k, n.v)
                self.add("toStream", n, n2)
                n = n2
            if n.kind == "stream":
                if n.k == "string" and not self.extracted and self.chance(0.06):
                    self.topics["out-*"] = {"key": n.k, "value": n.v}
                    self.extracted = True
                    self.steps.append(dict(o("to", topicExtractor=R.choice(["keyPrefix1:out-", "key:out-"])), **{"from": n.id}))
                    n.used = True
                    continue
                same = [t for t, s in self.topics.items() if t.startswith("out") and s == {"key": n.k, "value": n.v}]
                if same and self.chance(0.5): t = R.choice(same)
                else:
                    self.nout += 1
                    t = "out%d" % self.nout
                    self.topics[t] = {"key": n.k, "value": n.v}
                self.steps.append(dict(o("to", topic=t), **{"from": n.id}))
                n.used = True
        return [t for t in self.topics if not t.startswith("out")]

    def value(self, serde):
        if serde == "string": return R.choice(["x", "x1", "a", "b2", "1", "2", "3", "c/4", "a b", "x 3 y", "ba"])
        if serde == "double": return R.randint(-4, 12) / 2
        if serde == "json": return R.choice([{"v": R.randint(0, 3)}, {"v": "a", "w": [1]}, [], "x", 2])
        if serde == "bytes": return R.choice(["00", "ff01", "61"])
        return R.randint(-2, 6)

    def inputs(self, sources):
        r, ts_ = [], R.choice([0, 0, 5, 100]) * self.scale
        for _ in range(R.randint(14, 34)):
            if self.wall and self.chance(0.2):
                r.append({"advanceWallClockMs": self.t(1, 25)})
                continue
            x = R.random()
            if x < 0.62: ts_ += R.randint(0, 6) * self.scale
            elif x < 0.68: ts_ += R.randint(15, 60) * self.scale
            t = ts_
            if x > 0.75: t = max(0, ts_ - R.randint(1, 25) * self.scale)
            if self.scale > 1 and self.chance(0.5): t += R.randint(0, self.scale - 1)
            topic = R.choice(sources)
            s = self.topics[topic]
            k = None if self.chance(0.04) else R.choice(["a", "a", "b", "c", "bb"]) if s["key"] == "string" else R.randint(0, 3)
            v = None if self.chance(0.13) else self.value(s["value"])
            d = {"topic": topic, "key": k, "value": v, "timestamp": t}
            if self.chance(0.07): d["headers"] = [["h%d" % R.randint(0, 2), "%02x" % R.randint(0, 255)]]
            r.append(d)
        return r


for i in range(count):
    g = Gen(i)
    src = g.build()
    cfg = {}
    if R.random() < 0.35: cfg["topology.optimization"] = R.choice(["all", "all", "all", "reuse.ktable.source.topics", "merge.repartition.topics", "single.store.self.join"])
    if g.caching: cfg["statestore.cache.max.bytes"] = 1048576
    if R.random() < 0.1: cfg["dsl.store.suppliers.class"] = "inMemory"
    if cfg.get("topology.optimization"): g.tags.add("optimization")
    if cfg.get("statestore.cache.max.bytes"): g.tags.add("caching")
    S("%s-%03d" % (prefix, i), "random program %d" % i, list(g.tags), g.steps, g.inputs(src), g.topics, cfg)
print(len(SEEN), "scenarios")
