package dev.tocsin.client;

import java.io.IOException;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a client shows its server to be let in, over all its connections. It hands the text to the header and the
/// action that carry it, and to nothing else.
///
/// Owned by the session's loop, but for [#supply].
final class Credentials {

  /// The characters of a bearer's token (RFC 6750, section 2.1).
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private static final int MAX_LENGTH = 16 * 1024;

  // immutable
  private final URI server;
  private final @Nullable CredentialSupplier supplier;

  // owned by the loop
  private @Nullable String shown;
  private @Nullable String ended;
  private @Nullable String proposed;
  private @Nullable String proposalId;

  /// @param supplier `null` for a client that shows none
  Credentials(URI server, @Nullable CredentialSupplier supplier) {
    this.server = server;
    this.supplier = supplier;
  }

  /// Whether there is anything to show.
  boolean exist() {
    return supplier != null;
  }

  /// Whether another may take the place of one that has ended.
  boolean mayChange() {
    return supplier != null && !(supplier instanceof FixedCredential);
  }

  /// The newest credential, `null` for a client that shows none. It may block.
  ///
  /// @throws IOException when there is none at the moment, or it is none
  @Nullable String supply() throws IOException {
    if (supplier == null) {
      return null;
    }
    String supplied;
    try {
      supplied = supplier.credential();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ConnectFailedException.ofSupplier(server, e);
    } catch (Exception e) {
      throw ConnectFailedException.ofSupplier(server, e);
    }
    if (supplied == null || supplied.length() > MAX_LENGTH || !TOKEN.matcher(supplied).matches()) {
      throw ConnectFailedException.ofNoCredential(server);
    }
    return supplied;
  }

  /// A credential goes out with a new connection.
  ///
  /// @return false when it is the one that has ended, which is worth nothing any more
  boolean show(@Nullable String credential) {
    if (credential != null && credential.equals(ended)) {
      return false;
    }
    shown = credential;
    proposed = null;
    proposalId = null;
    return true;
  }

  /// A credential is to take the other's place on the open connection.
  ///
  /// @param id of the action that carries it
  /// @return false when it is the one that is there already, or has ended
  boolean propose(String credential, String id) {
    if (credential.equals(shown) || credential.equals(ended) || credential.equals(proposed)) {
      return false;
    }
    proposed = credential;
    proposalId = id;
    return true;
  }

  /// Whether this is the id of a proposal without an answer.
  boolean expects(@Nullable String id) {
    return id != null && id.equals(proposalId);
  }

  /// The server has answered the proposal.
  void proposalAnswered(boolean taken) {
    if (taken && proposed != null) {
      shown = proposed;
    }
    proposed = null;
    proposalId = null;
  }

  /// The server has said that what it was shown is expired or revoked.
  void end() {
    ended = shown;
  }
}
