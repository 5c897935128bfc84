package dev.tocsin.http;

import java.util.List;

/// What a server has had to do.
///
/// @param connections that are open
/// @param accepted connections since the server began
/// @param refused connections, because there were too many
/// @param answers by the class of their status, those of 1xx first: five numbers
public record HttpFigures(long connections, long accepted, long refused, List<Long> answers) {

  public HttpFigures {
    answers = List.copyOf(answers);
  }
}
