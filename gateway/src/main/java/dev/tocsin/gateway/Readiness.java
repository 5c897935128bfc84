package dev.tocsin.gateway;

import dev.tocsin.http.Json;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Response;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.SharedLogFigures;
import dev.tocsin.hub.Stretch;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// `GET /readyz`: whether the server takes events, and what else does not work. That it does not know yet what is latest is
/// no reason to send clients elsewhere. Any thread.
final class Readiness {

  private final GatewayContext context;

  Readiness(GatewayContext context) {
    this.context = context;
  }

  /// What is answered now.
  Response answer() {
    if (context.isStopping()) {
      return Response.problem(Problem.goingAway());
    }
    LogState log = context.hub().log().state();
    if (log.fault().isPresent()) {
      return Response.problem(Problem.unavailable(log.fault().get()));
    }
    List<String> reasons = new ArrayList<>();
    if (!log.unreadable().isEmpty()) {
      reasons.add(damage(log.unreadable()));
    }
    log.trouble().ifPresent(reasons::add);
    context.hub().pages().fault().ifPresent(reasons::add);
    Optional<SharedLogFigures> shared = context.hub().log().figures().shared();
    if (shared.isPresent() && !shared.get().healthy()) {
      return Response.problem(Problem.unavailable(lag(shared.get(), reasons)));
    }
    return reasons.isEmpty() ? HubRoutes.status("ready") : degraded(reasons);
  }

  /// Why new clients should rather go to another gateway: this one would make them wait.
  private static String lag(SharedLogFigures shared, List<String> reasons) {
    return reasons.isEmpty()
        ? String.format(
            Locale.ROOT,
            "This server is %.1f s (%d events) behind the log that it shares",
            shared.lagSeconds(),
            shared.lagEvents())
        : String.join(". ", reasons);
  }

  private static String damage(List<Stretch> unreadable) {
    return "The log is damaged: events from "
        + unreadable.getFirst().from()
        + " to "
        + unreadable.getLast().to()
        + " cannot all be read";
  }

  /// It takes events and delivers them, but not everything works.
  private static Response degraded(List<String> reasons) {
    return Response.json(
        HttpResponseStatus.OK,
        Json.object().put("status", "degraded").put("reason", String.join(". ", reasons)));
  }
}
