package dev.tocsin.client;

/// Supplies a client's credential: an API key or a token.
///
/// It is asked anew for every connection, and again when the server says that the credential is about to
/// end; so a program with short-lived tokens hands out the newest one. It is called on a thread of its own
/// each time and may block; the connection waits for it.
@FunctionalInterface
public interface CredentialSupplier {

  /// The credential as it is now.
  ///
  /// @throws Exception when there is none to be had at the moment: the client tries again later
  String credential() throws Exception;

  /// Always the same one: when that has ended, the client stays away. It shows it to nobody.
  static CredentialSupplier of(String credential) {
    return new FixedCredential(credential);
  }
}
