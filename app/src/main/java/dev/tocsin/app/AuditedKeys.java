package dev.tocsin.app;

import dev.tocsin.access.KeyWatcher;
import dev.tocsin.access.StoredKey;
import dev.tocsin.gateway.Audit;
import java.util.List;

/// Has it written down which API keys are made and revoked while a server runs.
final class AuditedKeys implements KeyWatcher {

  private final Audit audit;

  AuditedKeys(Audit audit) {
    this.audit = audit;
  }

  @Override
  public void made(StoredKey key) {
    note(Audit.What.KEY_MADE, key);
  }

  @Override
  public void revoked(StoredKey key) {
    note(Audit.What.KEY_REVOKED, key);
  }

  private void note(Audit.What what, StoredKey key) {
    audit.note(new Audit.Entry(what, key.name(), null, "key " + key.id(), List.of()));
  }
}
