package dev.tocsin.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a server has had to do.
///
/// @param connections that are open
/// @param accepted connections since the server began
/// @param refused connections, because there were too many
/// @param answers by the class of their status, those of 1xx first: five numbers
/// @param tls `null` when the port does not speak it
public record HttpFigures(
    long connections, long accepted, long refused, List<Long> answers, @Nullable TlsFigures tls) {

  /// Of a port that does not speak TLS.
  public HttpFigures(long connections, long accepted, long refused, List<Long> answers) {
    this(connections, accepted, refused, answers, null);
  }

  public HttpFigures {
    answers = List.copyOf(answers);
  }
}
