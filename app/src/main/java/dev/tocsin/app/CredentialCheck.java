package dev.tocsin.app;

import dev.tocsin.access.Authority;
import dev.tocsin.access.BrokenFileException;
import dev.tocsin.access.StoredKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;

/// Who may come in: the files of keys and roles, the keys of tokens, the audit log.
final class CredentialCheck {

  private static final String SUBJECT = "access";

  /// A key that ends sooner is told.
  private static final Duration SOON = Duration.ofDays(14);

  private final AccessPlan plan;
  private final boolean reachable;
  private final boolean encrypted;
  private final Surroundings surroundings;
  private final Findings findings;

  /// @param reachable whether others than this machine may connect
  /// @param encrypted whether the port speaks TLS
  CredentialCheck(
      AccessPlan plan,
      boolean reachable,
      boolean encrypted,
      Surroundings surroundings,
      Findings findings) {
    this.plan = plan;
    this.reachable = reachable;
    this.encrypted = encrypted;
    this.surroundings = surroundings;
    this.findings = findings;
  }

  void look() {
    Path auditLog = plan.auditLog();
    if (auditLog != null) {
      audit(auditLog.toAbsolutePath());
    }
    if (!plan.asks()) {
      if (reachable) {
        findings.note(
            SUBJECT,
            "nobody is asked who he is (--insecure): whoever reaches the port can read and publish"
                + " everything",
            null);
      } else {
        findings.good(SUBJECT, "nobody is asked who he is, and only this machine can connect");
      }
      return;
    }
    if (reachable && !encrypted && !plan.behindProxy()) {
      findings.mend(
          SUBJECT,
          "without TLS, credentials travel in the clear",
          "add --tls-cert and --tls-key, or have a proxy with TLS in front (--trust-proxy)");
    }
    authority();
    modes();
  }

  /// Reads all files as a server does at its start.
  private void authority() {
    try (Authority authority =
        new Authority(plan.authority(), Runnable::run, surroundings.clock())) {
      authority.start();
      keys(KeysOption.read(plan.keys()).values());
      Path roles = plan.authority().roles();
      if (roles != null) {
        findings.good(SUBJECT, "the roles in " + roles + " are understood");
      }
      tokens(authority);
    } catch (BrokenFileException | Failure e) {
      findings.mend(SUBJECT, String.valueOf(e.getMessage()), "docs/access.md says what is in it");
    }
  }

  private void keys(Collection<StoredKey> keys) {
    if (keys.isEmpty()) {
      findings.note(
          SUBJECT,
          "there is no key in " + plan.keys().path() + " yet",
          plan.othersVouch()
              ? null
              : surroundings.program()
                  + " key new admin --keys "
                  + ShellText.quoted(plan.keys().path().toString())
                  + "; otherwise the server makes one at its start, and shows it in its log");
      return;
    }
    Instant now = surroundings.clock().instant();
    findings.good(
        SUBJECT,
        (keys.size() == 1 ? "one key in " : keys.size() + " keys in ") + plan.keys().path());
    for (StoredKey key : keys) {
      Instant end = key.expires();
      if (end != null && end.isBefore(now)) {
        findings.note(
            SUBJECT,
            key + " ended at " + end,
            surroundings.program() + " key revoke " + ShellText.quoted(key.id()));
      } else if (end != null && end.isBefore(now.plus(SOON))) {
        findings.mend(
            SUBJECT,
            key + " ends at " + end,
            surroundings.program() + " key new " + ShellText.quoted(key.name()) + " makes another");
      }
    }
  }

  private void tokens(Authority authority) {
    if (plan.authority().tokens() == null) {
      return;
    }
    String fault = authority.awaitTokenKeys();
    if (fault == null) {
      findings.good(SUBJECT, "the keys of tokens are there");
    } else {
      findings.mend(
          SUBJECT, "the keys of tokens: " + fault, "see whether --jwt-keys is reached from here");
    }
  }

  private void modes() {
    try {
      if (plan.keys().isOpenToOthers()) {
        findings.mend(
            SUBJECT,
            "others on this machine may read " + plan.keys().path(),
            "chmod 600 " + ShellText.quoted(plan.keys().path().toString()));
      }
    } catch (IOException e) {
      // That the file cannot be looked at was told by whoever read it.
    }
    Path roles = plan.authority().roles();
    if (roles != null && isWritableByOthers(roles)) {
      findings.mend(
          SUBJECT,
          "others on this machine may change " + roles + ", and with it who may what",
          "chmod go-w " + ShellText.quoted(roles.toString()));
    }
  }

  private static boolean isWritableByOthers(Path file) {
    try {
      return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_WRITE);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /// @param file absolute
  private void audit(Path file) {
    if (Files.isDirectory(file)) {
      findings.mend(SUBJECT, "the audit log " + file + " is a folder", "name a file");
      return;
    }
    Path folder = file.getParent();
    boolean exists = Files.exists(file);
    if (exists ? Files.isWritable(file) : folder != null && Files.isWritable(folder)) {
      findings.good(SUBJECT, "the audit log " + file + " can be written");
    } else {
      findings.mend(
          SUBJECT,
          "the audit log " + file + " cannot be written",
          folder != null && Files.isDirectory(folder)
              ? "let this user write there"
              : "make the folder " + folder);
    }
  }
}
