package dev.tocsin.app;

import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.in.hook.HookPlace;
import dev.tocsin.bridges.in.hook.HookRequest;
import dev.tocsin.gateway.HookServer;
import dev.tocsin.gateway.Hooks;
import dev.tocsin.http.BrowserRules;
import dev.tocsin.http.HttpSettings;
import dev.tocsin.http.IpLiteral;
import dev.tocsin.http.StartFailedException;
import dev.tocsin.http.Transport;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where the hooks of bridges listen that run in a process of their own.
///
/// @param host the address
/// @param port of it; 0 picks a free one
/// @param rules which web pages may post
record HookPort(String host, int port, BrowserRules rules) {

  private static final Pattern FORM =
      Pattern.compile("(\\[[0-9a-fA-F:.%a-z]+]|[^\\[\\]:\\s]+):([0-9]{1,5})");
  private static final int LOOPS = 1;

  /// @param text for instance `127.0.0.1:8081`, `[::1]:8081`
  static HookPort parse(String text, BrowserOptions browser) throws WrongUse {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || Integer.parseInt(form.group(2)) > 65_535) {
      throw new WrongUse("--listen is HOST:PORT, such as 127.0.0.1:8081; was '" + text + "'");
    }
    String host = form.group(1);
    Set<String> origins = browser.allowedOrigins();
    return new HookPort(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        Integer.parseInt(form.group(2)),
        new BrowserRules(origins, browser.allowedHosts()));
  }

  /// Opens it for the hooks of bridges.
  ///
  /// @param hub where what is posted goes
  /// @return `null` when there are no hooks
  @Nullable HookServer start(Bridges bridges, RemoteHub hub, InstantSource clock) throws Failure {
    List<HookPlace> places = bridges.places();
    if (places.isEmpty()) {
      return null;
    }
    try {
      return HookServer.start(
          new HttpSettings(host, port, rules, Transport.AUTO, LOOPS),
          ServerHooks.places(bridges),
          new Receiver(bridges, hub),
          clock);
    } catch (StartFailedException e) {
      throw new Failure("hooks: " + e.sentence() + " (--listen says where)", e);
    } catch (IllegalArgumentException e) {
      throw new Failure("hooks cannot listen: " + e.getMessage(), e);
    }
  }

  /// What was posted, for bridges.
  private record Receiver(Bridges bridges, RemoteHub hub) implements HookServer.Receiver {

    @Override
    public CompletionStage<Hooks.Answer> receive(
        String path, Map<String, String> headers, byte[] body) {
      return bridges
          .receive(path, new HookRequest(headers, body, hub))
          .thenApply(ServerHooks::answer);
    }

    @Override
    public void refused(String path, String code, String sentence) {
      bridges.refused(path, new Reason(code), sentence);
    }
  }

  /// Whoever reaches a hook without `verify` may publish what it makes: here nobody else is asked.
  void requireSafe(Bridges bridges) throws WrongUse {
    if (IpLiteral.isLoopback(host)) {
      return;
    }
    for (HookPlace place : bridges.places()) {
      if (!place.isSigned()) {
        throw new WrongUse(
            "the hook at "
                + place.path()
                + " has no 'verify', so everyone who reaches "
                + host
                + " could publish: give it one, or listen on 127.0.0.1");
      }
    }
  }
}
