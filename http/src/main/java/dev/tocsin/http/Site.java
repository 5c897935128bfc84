package dev.tocsin.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a server has for browsers besides what it serves to programs.
///
/// @param routes of its files
/// @param home where a browser is led that asks for `/`, for instance `/console/`; `null` when there is no page for that
public record Site(List<Route> routes, @Nullable String home) {

  /// Nothing.
  public static final Site NONE = new Site(List.of(), null);

  public Site {
    routes = List.copyOf(routes);
  }
}
