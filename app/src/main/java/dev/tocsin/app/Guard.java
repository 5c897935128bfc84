package dev.tocsin.app;

import dev.tocsin.access.ApiKey;
import dev.tocsin.access.Authority;
import dev.tocsin.access.KeysFile;
import dev.tocsin.gateway.AccessSettings;
import org.jspecify.annotations.Nullable;

/// Who may come in to a server that runs, as its options say.
///
/// @param settings for the gateway
/// @param authority finds out who somebody is; `null` where nobody is asked
/// @param audit `null` where nothing is written down
/// @param keys the file of API keys
/// @param made the key that was made at this start, because there was none; `null` otherwise
record Guard(
    AccessSettings settings,
    @Nullable Authority authority,
    @Nullable AuditFile audit,
    KeysFile keys,
    @Nullable ApiKey made)
    implements AutoCloseable {

  /// Says what the operator has to know of it.
  ///
  /// @param url where the server listens
  /// @param reach what others reach, for a person; `null` where only this machine can connect
  void describe(String url, @Nullable String reach, Surroundings surroundings) {
    if (settings.insecure()) {
      surroundings.say(
          "warning: --insecure: nobody is asked who he is: whoever reaches "
              + (reach == null ? url : reach)
              + " can read and publish everything");
    }
    if (made != null) {
      surroundings.say(
          "there was no key yet; this one, shown only now, may do everything:\n  " + made.text());
      surroundings.say(
          "use it: TOCSIN_KEY="
              + made.text()
              + " "
              + surroundings.program()
              + " tail --url "
              + LanAddress.reachable(url));
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
