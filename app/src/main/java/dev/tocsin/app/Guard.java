package dev.tocsin.app;

import dev.tocsin.access.ApiKey;
import dev.tocsin.access.Authority;
import dev.tocsin.access.KeysFile;
import dev.tocsin.access.StoredKey;
import dev.tocsin.gateway.AccessSettings;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import java.security.SecureRandom;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// Who may come in to a server that runs, as its options say.
///
/// @param settings for the gateway
/// @param authority finds out who somebody is; `null` where nobody is asked
/// @param audit `null` where nothing is written down
/// @param keys the file of API keys
/// @param first whether a key is made now
record Guard(
    AccessSettings settings,
    @Nullable Authority authority,
    @Nullable AuditFile audit,
    KeysFile keys,
    First first)
    implements AutoCloseable {

  /// Whether a server makes itself a key.
  enum First {
    /// It does not: there is one, or nobody is asked, or nobody else can connect.
    NONE,
    /// It does, for the operator; others can come in without.
    WANTED,
    /// It does, or nobody could come in.
    NEEDED
  }

  /// Whose key it is that a server makes for itself.
  private static final String OWNER = "admin";

  /// Makes a key for everything, which the authority knows at once.
  private ApiKey makeFirst(Surroundings surroundings) throws Failure {
    ApiKey key = ApiKey.generate(new SecureRandom());
    StoredKey stored =
        new StoredKey(
            key.id(),
            OWNER,
            key.digest(),
            Rights.ALL,
            Limits.NONE,
            surroundings.clock().instant().truncatedTo(ChronoUnit.SECONDS),
            null);
    KeysOption.makeFolderOf(keys);
    KeysOption.add(keys, stored, surroundings);
    if (authority != null) {
      authority.look();
    }
    return key;
  }

  /// Makes the first key and shows it, this once; whether it was made. Where others can come in, the server runs without.
  private boolean showFirst(String url, Surroundings surroundings) throws Failure {
    ApiKey made;
    try {
      made = makeFirst(surroundings);
    } catch (Failure e) {
      if (first == First.NEEDED) {
        throw e;
      }
      surroundings.say("note: no key was made for you: " + e.getMessage());
      return false;
    }
    surroundings.say(
        "there was no key yet; this one, shown only now, may do everything:\n  " + made.text());
    surroundings.say(
        "use it: TOCSIN_KEY="
            + made.text()
            + " "
            + surroundings.program()
            + " tail --url "
            + LanAddress.reachable(url));
    return true;
  }

  /// Says what the operator has to know of it, and makes the first key where there is none: after the server listens, so that
  /// no key is left by one that could not.
  ///
  /// @param url where the server listens
  /// @param reach what others reach, for a person; `null` where only this machine can connect
  void describe(String url, @Nullable String reach, Surroundings surroundings) throws Failure {
    if (settings.insecure()) {
      surroundings.say(
          "warning: --insecure: nobody is asked who he is: whoever reaches "
              + (reach == null ? url : reach)
              + " can read and publish everything");
    }
    if (authority != null) {
      KeysOption.warnIfOpen(keys, surroundings);
    }
    boolean isMade = first != First.NONE && showFirst(url, surroundings);
    if (isMade) {
      // What there is to say of keys was said.
    } else if (authority != null && settings.proxyHeaders() == null && !authority.hasAny()) {
      surroundings.say(
          "note: there is no key in "
              + keys.path()
              + " yet, so nobody can come in; '"
              + surroundings.program()
              + " key new NAME --keys "
              + ShellText.quoted(keys.path().toString())
              + "' makes one, and this server follows");
    }
    if (authority != null && authority.hasAny() && !isMade) {
      surroundings.say("everybody is asked for a credential; API keys are in " + keys.path());
    }
    if (authority != null && reach != null && url.startsWith("http:")) {
      surroundings.say(
          "warning: without TLS, credentials travel in the clear: add --tls-cert and --tls-key, or"
              + " have a proxy with TLS in front");
    }
  }

  @Override
  public void close() {
    if (authority != null) {
      authority.close();
    }
    if (audit != null) {
      audit.close();
    }
  }
}
