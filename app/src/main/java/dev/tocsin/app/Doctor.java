package dev.tocsin.app;

import dev.tocsin.bridges.BridgePlan;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.http.TlsFiles;
import dev.tocsin.jetstream.JetStreamSettings;
import dev.tocsin.sqlite.SqliteSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Looks whether a server can run here, and how one fares that does.
@Command(
    name = "doctor",
    description = {
      "Looks whether a server can run here, and says what to mend and how.",
      "",
      "Give it what 'serve' is given, and run it as the user that the server runs as. It changes"
          + " nothing: it may be run beside the server."
    },
    footer = {
      "",
      "Every option can also be given in the environment: TOCSIN_PORT=9000 for --port 9000.",
      "Exit codes: 0 when there is nothing to mend, 1 when there is, 2 for wrong use."
    },
    sortOptions = false)
final class Doctor implements Callable<Integer> {

  private final Surroundings surroundings;

  @Option(names = "--json", description = "One JSON object on stdout.")
  private boolean json;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Where clients reach the server, for instance through a proxy (default: where --host and"
              + " --port say, if something listens there).")
  private @Nullable String url;

  @Mixin private final KeyOption key = new KeyOption();

  @Mixin private final CaOption ca = new CaOption();

  @Mixin private final ServingOptions options = new ServingOptions();

  Doctor(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    GatewaySettings settings = options.check();
    TlsFiles files = options.tls().files();
    AccessPlan plan = options.plan();
    SqliteSettings disk = options.log().onDisk();
    JetStreamSettings stream = options.log().shared();
    Findings findings = new Findings();
    ClockCheck clock = new ClockCheck(surroundings.clock(), findings);
    ServerCheck server =
        new ServerCheck(
            settings, url, key.credential(surroundings), ca.file(), surroundings, clock, findings);

    ProcessCheck.look(findings);
    Path folder = options.log().folder();
    if (folder != null) {
      new DiskCheck(folder, disk, findings).look();
    }
    clock.look();
    if (disk != null) {
      LogCheck.look(disk.directory(), clock, findings);
    }
    if (stream != null) {
      JetStreamCheck.look(stream, clock, findings);
    }
    EventCatalog catalog = catalog(findings);
    if (catalog != null) {
      bridges(catalog, findings);
    }
    new CredentialCheck(
            plan, options.network().isReachable(), files != null, surroundings, findings)
        .look();
    if (files != null) {
      new CertificateCheck(files, settings.allowedHosts(), surroundings.clock(), findings).look();
    }
    server.look();
    print(findings);
    return findings.toMend() == 0 ? 0 : Main.FAILURE;
  }

  private @Nullable EventCatalog catalog(Findings findings) {
    try {
      EventCatalog catalog = options.catalog().load();
      findings.good("catalog", catalog.allEventTypes().size() + " event types");
      return catalog;
    } catch (Failure e) {
      findings.mend("catalog", String.valueOf(e.getMessage()), "mend these files");
      return null;
    }
  }

  private void bridges(EventCatalog catalog, Findings findings) {
    String file = options.bridges().file();
    if (file == null) {
      return;
    }
    try {
      BridgesFile read = BridgesFile.read(file, catalog, surroundings);
      BridgePlan plan = read.plan();
      if (plan == null) {
        read.faults().forEach(fault -> findings.mend("bridges", fault, "mend " + file));
        return;
      }
      plan.notes().forEach(note -> findings.note("bridges", note.toString(), "mend " + file));
      List<String> missing = plan.missingSecrets(surroundings.environment());
      if (missing.isEmpty()) {
        findings.good("bridges", String.join(", ", plan.descriptions()));
      } else {
        findings.mend("bridges", String.join("\n", missing), "set them for the server");
      }
      plan.obstacles()
          .forEach(obstacle ->
              findings.mend(
                  "bridges",
                  obstacle,
                  "name a file in a folder where the server's user may write"));
      BridgeReach.look(plan.otherSides(), findings);
    } catch (Failure e) {
      findings.mend("bridges", String.valueOf(e.getMessage()), "mend " + file);
    }
  }

  private void print(Findings findings) {
    List<String> lines =
        json
            ? List.of(surroundings.shown(findings.json()))
            : findings.lines(surroundings.width(), new Colours(surroundings.colours()));
    lines.forEach(surroundings.out()::println);
  }
}
