package dev.tocsin.access;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// By what an [Authority] knows somebody. Immutable.
///
/// @param keys the file of API keys, which need not be there; `null` for no keys
/// @param tokens how tokens (JWT) are judged; `null` for no tokens
/// @param roles the file of roles; `null` for none
public record AuthoritySettings(
    @Nullable KeysFile keys, @Nullable JwtSettings tokens, @Nullable Path roles) {}
