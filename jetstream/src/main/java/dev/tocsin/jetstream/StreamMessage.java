package dev.tocsin.jetstream;

import io.nats.client.impl.Headers;
import org.jspecify.annotations.Nullable;

/// One message of the stream, as a [StreamSource] brings it.
///
/// @param sequence its place in the stream
/// @param timeNanos when the stream took it, in nanoseconds since 1970; 0 when that is not told
/// @param pending how many messages of the stream came after it
/// @param headers those it was published with, and the server's own behind them; `null` when there are none
/// @param body is not to be changed
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
record StreamMessage(
    long sequence,
    long timeNanos,
    long pending,
    String subject,
    @Nullable Headers headers,
    byte[] body) {

  /// What a header says; `null` when it is absent.
  @Nullable String header(String name) {
    return headers == null ? null : headers.getFirst(name);
  }
}
