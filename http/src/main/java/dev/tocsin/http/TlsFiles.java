package dev.tocsin.http;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where a server's side of TLS is kept, in PEM.
///
/// @param certificate the server's certificate, then those that lead from it to one that clients trust
/// @param key the private key of the first certificate
/// @param clientCa those who may vouch for the certificates of clients; `null` when clients are not asked for one
public record TlsFiles(Path certificate, Path key, @Nullable Path clientCa) {}
