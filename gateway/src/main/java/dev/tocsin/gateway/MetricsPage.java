package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.HubStats;
import dev.tocsin.hub.LatestEvents;
import dev.tocsin.hub.LogFigures;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.SharedLogFigures;
import dev.tocsin.websocket.WebSocketCounters;
import dev.tocsin.websocket.WebSocketFigures;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.lang.management.MemoryUsage;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// `GET /metrics`: the figures of every module, as they are now, as families for Prometheus.
///
/// It counts nothing; it renders what the modules tell. Values of labels come from the catalog or from the program, so that
/// nobody who publishes can make their number grow: types that only the log knows count under an empty one.
/// `docs/metrics.md` says the same for people.
final class MetricsPage {

  private static final Labels HEAP = Labels.of("area", "heap");
  private static final Labels NON_HEAP = Labels.of("area", "nonheap");

  /// The codes of events whose type was not looked at, or is none.
  private static final Set<ErrorCode> UNTYPED =
      EnumSet.of(
          ErrorCode.INVALID_JSON,
          ErrorCode.INVALID_MESSAGE,
          ErrorCode.RESERVED_EVENT_TYPE,
          ErrorCode.UNKNOWN_EVENT_TYPE,
          ErrorCode.RATE_LIMITED);

  private final Set<String> types;
  private final MetricFamilies families = new MetricFamilies();

  private MetricsPage(EventCatalog catalog) {
    this.types =
        catalog.allEventTypes().stream()
            .filter(type -> !type.reserved())
            .map(EventType::name)
            .collect(Collectors.toUnmodifiableSet());
  }

  /// The figures of a gateway.
  static MetricSnapshots of(
      Hub hub,
      AccessControl access,
      WebSocketCounters webSockets,
      Map<StreamKind, StreamCounters> streams,
      Hooks hooks) {
    MetricsPage page = new MetricsPage(hub.catalog());
    HubStats stats = hub.stats();
    page.events(stats);
    Map<StreamKind, StreamCounters.Figures> ofStreams = new EnumMap<>(StreamKind.class);
    streams.forEach((kind, counters) -> ofStreams.put(kind, counters.figures()));
    page.connections(stats, webSockets.figures(), ofStreams);
    page.log(hub.log(), hub.pages().fault());
    page.latest(hub.latest().figures());
    page.authentications(access.authentications().figures());
    BridgeFamilies.add(hooks.figures(), page.families);
    JvmFigures jvm = JvmFigures.now();
    page.process(ProcessFigures.now(), jvm);
    page.machine(jvm);
    return page.families.all();
  }

  private void events(HubStats stats) {
    families
        .counters(
            "tocsin_events_published",
            "Events that the log has handed on, whoever appended them; type is empty for types that"
                + " are not in the catalog.",
            byType(stats.publishedByType()))
        .counters(
            "tocsin_events_rejected",
            "Events that were not published, by the code that their producer was told; type is"
                + " empty for events without a type of the catalog, or refused before it was looked"
                + " at.",
            rejected(stats.refused()))
        .counters(
            "tocsin_events_delivered",
            "Events handed to connections, live or catching up, each connection counted.",
            byType(stats.deliveredByType()))
        .counter(
            "tocsin_deliveries_filtered",
            "Events that live connections did not get although they get others of the same type:"
                + " the event fulfils no condition of the connection's subscription and grants."
                + " Each connection counted; not counted while it catches up.",
            stats.filtered())
        .histogram(
            "tocsin_append_seconds",
            "Time from the first byte of a publish being read to the event being safe in the log.",
            stats.appends())
        .histogram(
            "tocsin_delivery_seconds",
            "Time from an event being safe in the log to its being handed to the socket of the last"
                + " live connection that gets it.",
            stats.deliveries());
  }

  /// Every type from the beginning, so that a first event is an increase.
  private Map<Labels, Long> byType(Map<String, Long> counts) {
    Map<Labels, Long> values = new LinkedHashMap<>();
    types.forEach(type -> values.put(Labels.of("type", type), 0L));
    counts.forEach((type, count) -> values.merge(Labels.of("type", known(type)), count, Long::sum));
    return values;
  }

  /// Those without a type are there from the beginning, so that a first one is an increase.
  private Map<Labels, Long> rejected(Map<HubStats.Refused, Long> counts) {
    Map<Labels, Long> values = new LinkedHashMap<>();
    UNTYPED.forEach(code -> values.put(refusal(code, ""), 0L));
    counts.forEach((refused, count) ->
        values.merge(refusal(refused.code(), known(refused.type())), count, Long::sum));
    return values;
  }

  private static Labels refusal(ErrorCode code, String type) {
    return Labels.of("code", code.wireName(), "type", type);
  }

  private String known(String type) {
    return types.contains(type) ? type : "";
  }

  private void connections(
      HubStats stats,
      WebSocketFigures webSockets,
      Map<StreamKind, StreamCounters.Figures> streams) {
    families
        .gauges(
            "tocsin_connections",
            "Open connections that events go to, or will once it is known who the client is.",
            open(webSockets, streams))
        .gauge(
            "tocsin_connections_behind",
            "Connections that are lagging: they read the log at their own pace.",
            stats.lagging())
        .counters(
            "tocsin_connections_closed",
            "Connections that ended, by the WebSocket close code that came first; 1006 without any,"
                + " other for codes of clients' own making. Streams count under the code that a"
                + " WebSocket would have been closed with, under 1006 when the client has gone.",
            closed(webSockets, streams))
        .gauge(
            "tocsin_audiences",
            "Groups of live connections of one event loop that get exactly the same events.",
            stats.audiences());
  }

  private static Map<Labels, Long> open(
      WebSocketFigures webSockets, Map<StreamKind, StreamCounters.Figures> streams) {
    Map<Labels, Long> values = new LinkedHashMap<>();
    values.put(Labels.of("transport", "websocket"), Math.max(0, webSockets.open()));
    streams.forEach(
        (kind, figures) -> values.put(Labels.of("transport", kind.label()), figures.open()));
    return values;
  }

  private static Map<Labels, Long> closed(
      WebSocketFigures webSockets, Map<StreamKind, StreamCounters.Figures> streams) {
    SortedMap<Integer, Long> byCode = new TreeMap<>(webSockets.closed());
    streams
        .values()
        .forEach(figures ->
            figures.closed().forEach((code, count) -> byCode.merge(code, count, Long::sum)));
    Map<Labels, Long> values = new LinkedHashMap<>();
    byCode.forEach((code, count) -> values.put(Labels.of("code", "" + code), count));
    values.put(Labels.of("code", "other"), webSockets.closedOtherwise());
    return values;
  }

  private void log(EventLog log, Optional<String> readFault) {
    LogState state = log.state();
    LogFigures figures = log.figures();
    families
        .gauge(
            "tocsin_log_newest_sequence",
            "Sequence of the newest event; 0 before the first.",
            state.newest())
        .gauge(
            "tocsin_log_oldest_sequence",
            "Sequence of the oldest event that can be read; one more than the newest when there is"
                + " none.",
            state.oldest())
        .gauge(
            "tocsin_log_bytes",
            "What the log takes on disk with all its files, or in memory.",
            figures.bytes())
        .gauges(
            "tocsin_log_fault",
            "1 while something is wrong with the log: append, it takes no events; read, it cannot"
                + " be read; damage, some events cannot be read any more; trouble, anything else.",
            Map.of(
                Labels.of("kind", "append"),
                isThere(state.fault().isPresent()),
                Labels.of("kind", "read"),
                isThere(readFault.isPresent()),
                Labels.of("kind", "damage"),
                isThere(!state.unreadable().isEmpty()),
                Labels.of("kind", "trouble"),
                isThere(state.trouble().isPresent())));
    figures.shared().ifPresent(this::shared);
  }

  private void latest(LatestEvents.Figures figures) {
    families
        .gauge(
            "tocsin_latest_keys",
            "Keys of which the newest event is known, of all types together.",
            figures.keys())
        .gauge("tocsin_latest_keys_max", "How many there may be.", figures.maxKeys())
        .counters(
            "tocsin_latest_keys_dropped",
            "Keys that were forgotten because there were too many, the oldest of the type that had"
                + " the most; type is empty for types that are not in the catalog.",
            byType(figures.dropped()))
        .gauge(
            "tocsin_latest_whole",
            "1 when all that is latest is known; 0 after a start, while the log is read for it.",
            figures.whole() ? 1 : 0);
  }

  /// What a gateway tells of a log on JetStream.
  private void shared(SharedLogFigures shared) {
    families
        .gauge(
            "tocsin_jetstream_lag_events",
            "Events that the stream has, as far as is known, and that this gateway has not been"
                + " given yet.",
            shared.lagEvents())
        .gauge(
            "tocsin_jetstream_lag_seconds",
            "For how long this gateway has not been at the stream's newest event, or has not known"
                + " whether it is; 0 when it is.",
            shared.lagSeconds())
        .histogram(
            "tocsin_jetstream_publish_seconds",
            "Time from an event being sent to JetStream to its answer.",
            shared.publishes())
        .gauge(
            "tocsin_jetstream_in_flight",
            "Events that were sent to JetStream and are not answered yet.",
            shared.inFlight())
        .counter(
            "tocsin_jetstream_reconnects",
            "Connections to a NATS server that were made again.",
            shared.reconnects())
        .counter(
            "tocsin_jetstream_uncertain",
            "Publishes that were answered with the word that nobody knows what became of them.",
            shared.uncertain())
        .gauge(
            "tocsin_jetstream_healthy",
            "1 while JetStream answers and this gateway lags 2 s at the most; otherwise /readyz is"
                + " 503.",
            isThere(shared.healthy()));
  }

  private static int isThere(boolean is) {
    return is ? 1 : 0;
  }

  private void authentications(Authentications.Figures figures) {
    families.counters(
        "tocsin_authentications",
        "Credentials that were presented: accepted, refused, or unavailable when they could not be"
            + " judged.",
        Map.of(
            Labels.of("result", "accepted"),
            figures.accepted(),
            Labels.of("result", "refused"),
            figures.refused(),
            Labels.of("result", "unavailable"),
            figures.unavailable()));
  }

  private void process(ProcessFigures process, JvmFigures jvm) {
    families.gauge(
        "process_start_time_seconds",
        "Start time of the process, in seconds since 1970.",
        jvm.startSeconds());
    if (process.cpuSeconds() >= 0) {
      families.counter(
          "process_cpu_seconds", "Processor time of all threads.", process.cpuSeconds());
    }
    if (process.residentBytes() >= 0) {
      families.gauge("process_resident_memory_bytes", "Resident memory.", process.residentBytes());
    }
    if (jvm.openFiles() >= 0) {
      families
          .gauge("process_open_fds", "Open files, sockets among them.", jvm.openFiles())
          .gauge("process_max_fds", "How many files may be open.", jvm.maxFiles());
    }
  }

  private void machine(JvmFigures jvm) {
    families
        .info("tocsin_build", "Which Tocsin this is.", Labels.of("version", BuildVersion.number()))
        .gauges(
            "jvm_memory_used_bytes",
            "Memory in use, by area.",
            Map.of(HEAP, jvm.heap().getUsed(), NON_HEAP, jvm.nonHeap().getUsed()))
        .gauges(
            "jvm_memory_committed_bytes",
            "Memory that was taken from the system, by area.",
            Map.of(HEAP, jvm.heap().getCommitted(), NON_HEAP, jvm.nonHeap().getCommitted()))
        .gauges(
            "jvm_memory_max_bytes", "What an area may grow to, where that is bounded.", max(jvm))
        .summaries(
            "jvm_gc_collection_seconds",
            "Time that was spent collecting garbage, by collector.",
            jvm.collectors().stream().map(MetricsPage::collections).toList())
        .gauge("jvm_threads_current", "Threads.", jvm.threads().current())
        .gauge("jvm_threads_daemon", "Daemon threads.", jvm.threads().daemon())
        .gauge("jvm_threads_peak", "The most threads there were.", jvm.threads().peak())
        .counter("jvm_threads_started", "Threads that were started.", jvm.threads().started())
        .gauge("jvm_classes_currently_loaded", "Classes that are loaded.", jvm.loadedClasses());
  }

  private static Map<Labels, Long> max(JvmFigures jvm) {
    Map<Labels, Long> values = new LinkedHashMap<>();
    for (Map.Entry<Labels, MemoryUsage> area :
        List.of(Map.entry(HEAP, jvm.heap()), Map.entry(NON_HEAP, jvm.nonHeap()))) {
      if (area.getValue().getMax() >= 0) {
        values.put(area.getKey(), area.getValue().getMax());
      }
    }
    return values;
  }

  private static SummaryDataPointSnapshot collections(JvmFigures.Collector collector) {
    return SummaryDataPointSnapshot.builder()
        .labels(Labels.of("gc", collector.name()))
        .count(collector.count())
        .sum(collector.seconds())
        .build();
  }
}
