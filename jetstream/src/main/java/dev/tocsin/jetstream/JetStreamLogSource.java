package dev.tocsin.jetstream;

import dev.tocsin.hub.CopiedPage;
import dev.tocsin.hub.LogCopyException;
import dev.tocsin.hub.LogExtent;
import dev.tocsin.hub.LogSource;
import java.time.InstantSource;
import tools.jackson.databind.JsonNode;

/// A log in a stream that is to be copied. Nothing keeps gateways from writing to it meanwhile: [#extent] tells when one did.
/// Of one thread.
public final class JetStreamLogSource implements LogSource {

  private final CopiedStream stream;

  private JetStreamLogSource(CopiedStream stream) {
    this.stream = stream;
  }

  /// Connects.
  ///
  /// @param settings says where the stream is; how it is kept does not matter
  public static JetStreamLogSource open(JetStreamSettings settings, InstantSource clock)
      throws JetStreamOpenException {
    return new JetStreamLogSource(CopiedStream.open(settings, clock));
  }

  @Override
  public LogExtent extent() throws LogCopyException {
    JsonNode found = stream.find();
    String name = stream.settings().stream();
    if (found == null) {
      throw new LogCopyException("NATS has no stream " + name + ": there is no log to copy");
    }
    stream.requireLog(found);
    StreamInfo info = StreamInfo.of(found);
    if (info.copy().unfinished() != null) {
      throw new LogCopyException(CopyMarks.refusal(name));
    }
    return new LogExtent(info.created(), info.first(), info.last());
  }

  @Override
  public CopiedPage read(long after, long upTo) throws LogCopyException, InterruptedException {
    return stream.reading().read(after, upTo);
  }

  @Override
  public void close() {
    stream.close();
  }
}
