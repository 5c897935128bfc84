package dev.tocsin.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes what is to be known later of who came, and what was denied: never a secret, never a payload. Any thread calls it,
/// event loops among them, so it must not block.
public interface Audit {

  /// Nobody wants to know.
  Audit NONE = entry -> {};

  /// What has happened.
  enum What {
    /// A credential was accepted.
    CREDENTIAL_ACCEPTED,
    /// A credential was refused, or nothing was presented in time.
    CREDENTIAL_REFUSED,
    /// A credential that was in use has expired or was revoked.
    CREDENTIAL_ENDED,
    /// A connection has presented something newer.
    CREDENTIAL_RENEWED,
    /// An event was not granted to its producer.
    PUBLISH_DENIED,
    /// Somebody wanted to do what operators may, and is none.
    MANAGE_DENIED,
    /// Of a pattern nothing may be read.
    SUBSCRIPTION_DENIED,
    /// An operator has closed a connection.
    CONNECTION_CLOSED,
    /// An operator has had a bridge send again what was set aside.
    BRIDGE_RETRIED,
    /// An API key was made.
    KEY_MADE,
    /// An API key was revoked.
    KEY_REVOKED
  }

  /// One of them.
  ///
  /// @param name of the principal; `null` where it is not known
  /// @param address the client's; `null` for what no client has done
  /// @param reason in a few words; `null` where nothing more is to be said
  /// @param patterns or types that are concerned
  record Entry(
      What what,
      @Nullable String name,
      @Nullable String address,
      @Nullable String reason,
      List<String> patterns) {
    public Entry {
      patterns = List.copyOf(patterns);
    }
  }

  /// Takes one.
  void note(Entry entry);
}
