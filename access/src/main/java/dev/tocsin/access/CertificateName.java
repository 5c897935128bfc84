package dev.tocsin.access;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/// Whose a certificate is: the first DNS name or URI among its alternative names, else the most specific common name.
final class CertificateName {

  private static final int DNS = 2;
  private static final int URI = 6;

  private CertificateName() {}

  /// The name in a certificate; empty when it has none that can be one.
  static Optional<String> of(X509Certificate certificate) {
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> one : alternatives) {
          boolean isName = one.get(0) instanceof Integer kind && (kind == DNS || kind == URI);
          if (isName && one.get(1) instanceof String name) {
            return Optional.of(name).filter(Names::isName);
          }
        }
      }
      return commonName(certificate.getSubjectX500Principal());
    } catch (CertificateParsingException | NamingException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> commonName(X500Principal subject) throws NamingException {
    LdapName name = ldapName(subject);
    for (int i = name.size() - 1; i >= 0; i--) {
      Rdn part = name.getRdn(i);
      NamingEnumeration<? extends Attribute> attributes = part.toAttributes().getAll();
      while (attributes.hasMore()) {
        Attribute attribute = attributes.next();
        if (attribute.getID().equalsIgnoreCase("CN")) {
          return attribute.get() instanceof String text
              ? Optional.of(text).filter(Names::isName)
              : Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private static LdapName ldapName(X500Principal subject) throws InvalidNameException {
    return new LdapName(subject.getName(X500Principal.RFC2253));
  }
}
