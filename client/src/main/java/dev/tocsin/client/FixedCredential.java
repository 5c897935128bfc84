package dev.tocsin.client;

import java.util.Objects;

/// A credential that no other will take the place of. It shows it to nobody.
final class FixedCredential implements CredentialSupplier {

  private final String credential;

  FixedCredential(String credential) {
    this.credential = Objects.requireNonNull(credential, "credential");
  }

  @Override
  public String credential() {
    return credential;
  }

  @Override
  public String toString() {
    return "a credential";
  }
}
