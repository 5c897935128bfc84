/// Who may what: principals, what they are granted, and the credentials by which they are known.
///
/// Open [dev.tocsin.access.Authority] first: it joins the ways to authenticate, behind the hub's port
/// [dev.tocsin.hub.Authenticator]. Each has its own type: [dev.tocsin.access.KeyRing] (API keys), `JwtVerifier` (signed tokens,
/// with the keys of a `KeySource`), `CertificateName`, and [dev.tocsin.access.Roles], by which names have rights. What is
/// accepted is a pass, which follows its file: `RolePass`, and the ring's own.
///
/// No server here, and no sockets but for fetching an issuer's keys. Whatever holds a secret says so in its name, and shows it
/// to nobody: no `toString`, no exception.
@NullMarked
package dev.tocsin.access;

import org.jspecify.annotations.NullMarked;
