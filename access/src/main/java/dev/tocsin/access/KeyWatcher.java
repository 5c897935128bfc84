package dev.tocsin.access;

/// Is told what becomes of the API keys of a server that runs. Called by the thread that follows the file; must not block.
public interface KeyWatcher {

  /// Wants to know nothing.
  KeyWatcher NOBODY =
      new KeyWatcher() {
        @Override
        public void made(StoredKey key) {}

        @Override
        public void revoked(StoredKey key) {}
      };

  /// A key has been made.
  void made(StoredKey key);

  /// A key has been revoked, or has become another's.
  void revoked(StoredKey key);
}
