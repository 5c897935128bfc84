package dev.tocsin.app;

import dev.tocsin.client.TrustedCertificates;
import dev.tocsin.gateway.BuildVersion;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.http.PortLook;
import dev.tocsin.http.TlsFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The port: whether a server could listen on it, or how the one fares that does; and the address under which clients reach it.
final class ServerCheck {

  private static final String SUBJECT = "port";
  private static final String SERVER = "server";
  private static final String READY = "ready";

  private final GatewaySettings settings;
  private final @Nullable String url;
  private final @Nullable String credential;
  private final @Nullable Path ca;
  private final Surroundings surroundings;
  private final ClockCheck clock;
  private final Findings findings;

  /// @param settings of the server on this machine
  /// @param url where clients reach it; `null` for where it listens
  /// @param credential to show it; `null` for none
  /// @param ca the certificates to trust; `null` for the system's, and the server's own on this machine
  ServerCheck(
      GatewaySettings settings,
      @Nullable String url,
      @Nullable String credential,
      @Nullable Path ca,
      Surroundings surroundings,
      ClockCheck clock,
      Findings findings)
      throws WrongUse {
    this.settings = settings;
    this.url = url;
    this.credential = credential;
    this.ca = ca;
    this.surroundings = surroundings;
    this.clock = clock;
    this.findings = findings;
    if (url != null) {
      ServerUrl.parse(url); // else wrong use is found out last
    }
  }

  void look() throws Failure, WrongUse {
    boolean listens = port();
    if (url != null) {
      ask(url, false);
    } else if (listens) {
      ask(ownUrl(), settings.tls() != null);
    }
  }

  /// Whether somebody listens there already.
  private boolean port() {
    String address = settings.host() + ':' + settings.port();
    if (settings.port() == 0) {
      return false;
    }
    PortLook look = PortLook.at(settings.host(), settings.port());
    if (look.refusal() == null) {
      findings.good(SUBJECT, address + " is free");
    } else if (!look.isTaken()) {
      findings.mend(SUBJECT, "cannot listen on " + address, look.refusal());
    }
    return look.isTaken();
  }

  private String ownUrl() {
    String host =
        switch (settings.host()) {
          case NetworkOptions.ANY_IPV4 -> "127.0.0.1";
          case "::" -> "::1";
          default -> settings.host();
        };
    return (settings.tls() == null ? "http://" : "https://")
        + (host.contains(":") ? '[' + host + ']' : host)
        + ':'
        + settings.port();
  }

  /// @param ownCertificate whether the certificate of the settings is trusted
  private void ask(String where, boolean ownCertificate) throws Failure, WrongUse {
    HubApi api =
        new HubApi(
            new ServerAccess(ServerUrl.parse(where), credential, ssl(ownCertificate), List.of()),
            surroundings);
    HubApi.Answer health;
    try {
      health = api.ask("/healthz");
    } catch (Failure e) {
      if (ownCertificate) {
        findings.note(
            SERVER,
            String.valueOf(e.getMessage()),
            "ask by the name that its certificate has: --url https://NAME:PORT");
      } else {
        findings.mend(
            SERVER,
            String.valueOf(e.getMessage()),
            "see whether it runs there, and what is between");
      }
      return;
    }
    if (!health.isSuccess() || !health.body().has("status")) {
      findings.mend(
          SERVER,
          "what answers at " + where + " is no Tocsin (" + health.status() + ')',
          "end it, or take another port (--port)");
      return;
    }
    Instant date = health.date();
    if (date != null) {
      clock.compare("the server", date);
    }
    readiness(where, api.ask("/readyz"));
    version(api.ask("/api/v1/stats"));
  }

  private @Nullable SSLContext ssl(boolean ownCertificate) throws Failure {
    TlsFiles files = settings.tls();
    Path trusted = ca != null ? ca : ownCertificate && files != null ? files.certificate() : null;
    try {
      return trusted == null ? null : TrustedCertificates.of(trusted);
    } catch (IOException e) {
      throw new Failure("--ca: " + e.getMessage(), e);
    }
  }

  private void readiness(String where, HubApi.Answer answer) {
    String status = answer.body().path("status").asString("");
    if (answer.isSuccess() && status.equals(READY)) {
      findings.good(SERVER, where + " is ready");
    } else if (answer.isSuccess()) {
      findings.mend(
          SERVER,
          where + " is " + status + ": " + answer.body().path("reason").asString(""),
          "docs/operations.md has the faults of a log");
    } else {
      findings.mend(
          SERVER,
          where + " is not ready: " + answer.refusal().message(),
          "docs/operations.md has the faults of a log");
    }
  }

  private void version(HubApi.Answer answer) {
    String runs = answer.body().path("version").asString("");
    if (!answer.isSuccess() || runs.isEmpty()) {
      findings.note(
          SERVER,
          "it tells its version to a key that may manage metrics alone",
          "--key FILE shows it one");
    } else if (runs.equals(BuildVersion.number())) {
      findings.good(SERVER, "it is of this version, " + runs);
    } else {
      findings.note(
          SERVER,
          "it is of version " + runs + ", and this program " + BuildVersion.number(),
          "restart it, if this program was to take its place");
    }
  }
}
