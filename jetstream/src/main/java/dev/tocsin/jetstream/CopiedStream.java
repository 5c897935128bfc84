package dev.tocsin.jetstream;

import dev.tocsin.hub.LogCopyException;
import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A stream that is copied, or becomes a copy, and the connection to it. Blocks. Of one thread.
final class CopiedStream implements AutoCloseable {

  private final JetStreamSettings settings;
  private final InstantSource clock;
  private final Link link;
  private final JetStreamApi api;
  private final StreamSetup setup;
  private final EventCodec codec;

  private @Nullable StreamReading reading;

  private CopiedStream(JetStreamSettings settings, InstantSource clock, Link link, String name) {
    this.settings = settings;
    this.clock = clock;
    this.link = link;
    this.api = new JetStreamApi(link.connection());
    this.setup = new StreamSetup(settings, link, api);
    this.codec = new EventCodec(settings.prefix(), name);
  }

  /// Connects. The stream need not be there.
  static CopiedStream open(JetStreamSettings settings, InstantSource clock)
      throws JetStreamOpenException {
    byte[] random = new byte[6];
    new SecureRandom().nextBytes(random);
    String name = HexFormat.of().formatHex(random);
    CopiedStream stream =
        new CopiedStream(settings, clock, Link.open(settings, "copy-" + name), name);
    boolean fit = false;
    try {
      stream.setup.checkServer();
      fit = true;
      return stream;
    } finally {
      if (!fit) {
        stream.close();
      }
    }
  }

  JetStreamSettings settings() {
    return settings;
  }

  Link link() {
    return link;
  }

  JetStreamApi api() {
    return api;
  }

  EventCodec codec() {
    return codec;
  }

  /// What JetStream says of the stream; `null` when there is none.
  @Nullable JsonNode find() throws LogCopyException {
    return ask("STREAM.INFO." + settings.stream(), null);
  }

  /// Asks until there is an answer, [Link#PATIENCE] at most.
  ///
  /// @return `null` when there is no such stream
  @Nullable JsonNode ask(String what, @Nullable ObjectNode request) throws LogCopyException {
    long end = System.nanoTime() + Link.PATIENCE.toNanos();
    try {
      while (true) {
        link.forgetViolation();
        switch (api.askNow(what, request)) {
          case Answer.Done(JsonNode json) -> {
            return json;
          }
          case Answer.Refused refused when refused.code() == JetStreamApi.STREAM_NOT_FOUND -> {
            return null;
          }
          case Answer.Refused refused when StreamSetup.isFinal(refused) ->
              throw setup.refusal(refused);
          case Answer.Refused refused -> StreamSetup.pauseUntil(end, setup.refusal(refused));
          case Answer.Silent silent -> {
            PermissionCheck.tell(link);
            StreamSetup.pauseUntil(end, setup.silence(silent));
          }
        }
      }
    } catch (JetStreamOpenException e) {
      throw new LogCopyException(String.valueOf(e.getMessage()), e);
    }
  }

  /// Refuses a stream that is no log of this prefix.
  void requireLog(JsonNode found) throws LogCopyException {
    JsonNode subjects = found.path("config").path("subjects");
    String subject = subjects.path(0).asString("");
    // One that a copy has closed, and has not come to remove, never held anything.
    if (subjects.size() != 1
        || !(subject.equals(codec.subjects()) || subject.equals(codec.nobodysSubjects()))) {
      throw new LogCopyException(
          "The stream "
              + settings.stream()
              + " is no log: its subjects are "
              + subjects
              + " and not "
              + codec.subjects());
    }
  }

  /// Reads it from now on.
  StreamReading reading() throws LogCopyException {
    StreamReading open = reading;
    if (open == null) {
      JsonNode found = find();
      JsonNode json = found == null ? JetStreamApi.request() : found;
      Instant now = StreamInfo.of(json).time();
      open =
          new StreamReading(
              link,
              api,
              codec,
              settings.stream(),
              new StreamReading.KeyTimes(
                  json.path("config").path("duplicate_window").asLong(0) / 1_000_000,
                  (now == null ? clock.instant() : now).toEpochMilli(),
                  System.nanoTime()));
      reading = open;
    }
    return open;
  }

  @Override
  public void close() {
    if (reading != null) {
      reading.close();
    }
    link.close();
  }
}
