package dev.tocsin.hub;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A log that keeps a note, in memory: what is beside a log when hubs come and go.
final class NotedLog extends ForwardingLog {

  /// What the note says; `null` when there is none.
  volatile byte @Nullable [] note;

  /// Why it cannot be written.
  volatile @Nullable IOException failure;

  NotedLog(EventLog log) {
    super(log);
  }

  @Override
  public Optional<LogNote> note() {
    return Optional.of(
        new LogNote() {
          @Override
          public void write(Text text) throws IOException {
            IOException reason = failure;
            if (reason != null) {
              throw reason;
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            text.writeTo(out);
            note = out.toByteArray();
          }

          @Override
          public Optional<InputStream> open() {
            byte[] text = note;
            return text == null ? Optional.empty() : Optional.of(new ByteArrayInputStream(text));
          }
        });
  }
}
