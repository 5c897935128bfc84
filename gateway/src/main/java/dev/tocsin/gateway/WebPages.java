package dev.tocsin.gateway;

import dev.tocsin.http.AnswerPolicy;
import dev.tocsin.http.FileTree;
import dev.tocsin.http.Route;
import dev.tocsin.http.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/// The files that browsers get: the JavaScript client, and the console. Everybody may have them, since there is nothing in
/// them but the program; what they show they ask for as everybody else does.
final class WebPages {

  private static final String CONSOLE = "/console/";

  /// Kept, but asked for again each time, so that a page and its parts are of the same version.
  private static final String REVALIDATE = "no-cache";

  private static final AnswerPolicy SCRIPTS =
      new AnswerPolicy(REVALIDATE, Map.of("X-Content-Type-Options", "nosniff"));

  /// Nothing but what this server has, no text that becomes markup or code, and no frame around it. A style that a script sets
  /// is no style in the markup.
  private static final AnswerPolicy PAGES =
      new AnswerPolicy(
          REVALIDATE,
          Map.of(
              "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
                  + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                  + " require-trusted-types-for 'script'; trusted-types 'none'",
              "X-Content-Type-Options",
              "nosniff",
              "X-Frame-Options",
              "DENY",
              "Referrer-Policy",
              "no-referrer",
              "Cross-Origin-Opener-Policy",
              "same-origin",
              "Permissions-Policy",
              "camera=(), microphone=(), geolocation=()"));

  private WebPages() {}

  /// Looks which there are. A thread reads them when the first one is asked for.
  ///
  /// @param console whether there is one
  static Site of(boolean console) {
    Executor worker = task -> Thread.ofPlatform().daemon().name("tocsin-files").start(task);
    List<Route> routes =
        new ArrayList<>(FileTree.of(WebPages.class, "client", worker).routes("/client/", SCRIPTS));
    if (console) {
      routes.addAll(FileTree.of(WebPages.class, "console", worker).routes(CONSOLE, PAGES));
    }
    return new Site(routes, console ? CONSOLE : null);
  }
}
