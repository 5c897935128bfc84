package dev.tocsin.app;

import dev.tocsin.access.Authority;
import dev.tocsin.access.AuthoritySettings;
import dev.tocsin.access.BrokenFileException;
import dev.tocsin.access.KeysFile;
import dev.tocsin.access.TokenThreads;
import dev.tocsin.gateway.AccessSettings;
import dev.tocsin.gateway.Audit;
import dev.tocsin.http.AddressRules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that say who may come in, and how it is found out who somebody is.
final class AccessOptions {

  @Option(
      names = "--insecure",
      description =
          "Ask nobody who he is, although others than this machine may reach the port: whoever does"
              + " can read and publish everything.")
  private boolean insecure;

  @Option(
      names = "--keys",
      paramLabel = "FILE",
      description =
          "The file of API keys, which 'tocsin key' writes (default: keys.json in --data).")
  private @Nullable Path keys;

  @Mixin private final TokenOptions tokens = new TokenOptions();

  @Option(
      names = "--roles",
      paramLabel = "FILE",
      description =
          "What the roles allow that tokens, certificates and proxies name, and who has which.")
  private @Nullable Path roles;

  @Mixin private final ProxyOptions proxies = new ProxyOptions();

  @Option(
      names = "--max-connections-per-address",
      paramLabel = "N",
      description =
          "How many connections there may be from one address; 0 for any number (default: 256, and"
              + " any number where only this machine can connect).")
  private @Nullable Integer maxConnectionsPerAddress;

  @Option(
      names = "--audit-log",
      paramLabel = "FILE",
      description =
          "Write down, a JSON object a line, which credentials were accepted, refused or ended, and"
              + " what was denied.")
  private @Nullable Path auditLog;

  /// Refuses options that contradict each other.
  ///
  /// @param folder the server's; `null` for one that keeps nothing on disk
  /// @param certificates whether clients may show a certificate
  void check(@Nullable Path folder, boolean certificates) throws WrongUse {
    List<String> ways = ways(folder, certificates);
    if (insecure && !ways.isEmpty()) {
      throw new WrongUse(
          "--insecure asks nobody who he is, and "
              + String.join(" and ", ways)
              + " would: leave out one of them");
    }
    tokens.check();
    proxies.check();
    if (maxConnectionsPerAddress != null && maxConnectionsPerAddress < 0) {
      throw new WrongUse(
          "--max-connections-per-address is not negative; was " + maxConnectionsPerAddress);
    }
  }

  /// The ways to authenticate that are set up, as the operator knows them.
  private List<String> ways(@Nullable Path folder, boolean certificates) {
    List<String> ways = new ArrayList<>();
    if (keys != null) {
      ways.add("--keys");
    } else if (folder != null && Files.exists(folder.resolve(KeysOption.NAME))) {
      ways.add("the file of keys " + folder.resolve(KeysOption.NAME));
    }
    if (tokens.areTaken()) {
      ways.add("--jwt-keys");
    }
    if (certificates) {
      ways.add("--tls-client-ca");
    }
    if (proxies.nameUsers()) {
      ways.add("--proxy-user-header");
    }
    return ways;
  }

  /// What the options come down to, with nothing opened yet.
  ///
  /// @param folder the server's; `null` for one that keeps nothing on disk
  /// @param certificates whether clients may show a certificate
  /// @param reachable whether others than this machine may connect
  AccessPlan plan(@Nullable Path folder, boolean certificates, boolean reachable) throws WrongUse {
    boolean asks = !insecure && (reachable || !ways(folder, certificates).isEmpty());
    if (roles != null && !asks) {
      throw new WrongUse(
          "--roles says what those may whom a token, a certificate or a proxy names, and nobody is"
              + " asked who he is here: add --jwt-keys, --tls-client-ca or --proxy-user-header");
    }
    Path usual = (folder == null ? Path.of("data") : folder).resolve(KeysOption.NAME);
    KeysFile file = new KeysFile(keys == null ? usual : keys);
    return new AccessPlan(
        asks,
        insecure,
        tokens.areTaken() || certificates || proxies.nameUsers(),
        !proxies.trusted().isEmpty(),
        new AuthoritySettings(file, tokens.settings(), roles),
        file,
        auditLog);
  }

  /// Sets up what the options come down to.
  ///
  /// @param folder the server's; `null` for one that keeps nothing on disk
  /// @param certificates whether clients may show a certificate
  /// @param reachable whether others than this machine may connect
  Guard guard(
      @Nullable Path folder, boolean certificates, boolean reachable, Surroundings surroundings)
      throws Failure, WrongUse {
    AccessPlan plan = plan(folder, certificates, reachable);
    AuditFile audit = auditLog == null ? null : AuditFile.open(auditLog, surroundings.clock());
    Authority authority =
        plan.asks() ? authority(plan, audit == null ? Audit.NONE : audit, surroundings) : null;
    int most =
        Objects.requireNonNullElse(
            maxConnectionsPerAddress, reachable ? AddressRules.USUAL_CONNECTIONS : 0);
    AccessSettings settings =
        new AccessSettings(
            authority,
            insecure,
            new AddressRules(most, proxies.trusted()),
            proxies.headers(),
            audit == null ? Audit.NONE : audit);
    return new Guard(
        settings,
        authority,
        audit,
        plan.keys(),
        plan.asks() && reachable ? first(plan) : Guard.First.NONE);
  }

  /// What becomes of the first key.
  private static Guard.First first(AccessPlan plan) throws Failure {
    if (!KeysOption.read(plan.keys()).isEmpty()) {
      return Guard.First.NONE;
    }
    return plan.othersVouch() ? Guard.First.WANTED : Guard.First.NEEDED;
  }

  private static Authority authority(AccessPlan plan, Audit audit, Surroundings surroundings)
      throws Failure {
    try {
      Authority authority =
          new Authority(
              plan.authority(), TokenThreads.start(), surroundings.clock(), new AuditedKeys(audit));
      authority.start();
      return authority;
    } catch (BrokenFileException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }
}
