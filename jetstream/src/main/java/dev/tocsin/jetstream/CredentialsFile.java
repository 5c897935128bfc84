package dev.tocsin.jetstream;

import io.nats.client.AuthHandler;
import io.nats.client.Nats;
import java.nio.file.Files;
import java.nio.file.Path;

/// The file of credentials for NATS as `nsc` writes it: a user's JWT, and the seed of his key.
///
/// A server that asks nobody who he is never has it read. So it is read at the start, and a wrong one is told then, not when
/// the servers begin to ask.
final class CredentialsFile {

  private CredentialsFile() {}

  /// What shows the credentials to a server. It reads the file anew at each connection.
  static AuthHandler open(Path file) throws JetStreamOpenException {
    if (!Files.isReadable(file)) {
      throw new JetStreamOpenException("The credentials for NATS cannot be read: " + file);
    }
    if (!Files.isRegularFile(file)) {
      // A pipe can be read once, and a device may have no end.
      throw new JetStreamOpenException("The credentials for NATS have to be a file: " + file);
    }
    AuthHandler handler = Nats.credentials(file.toString());
    if (!isWhole(handler)) {
      throw new JetStreamOpenException(
          "The file "
              + file
              + " holds no credentials for NATS: it needs a user's JWT and the seed of his key, as"
              + " nsc writes them");
    }
    return handler;
  }

  private static boolean isWhole(AuthHandler handler) {
    try {
      char[] token = handler.getJWT();
      return token != null && token.length > 0 && handler.getID().length > 0;
    } catch (IllegalStateException e) {
      return false;
    }
  }
}
