package dev.tocsin.app;

import dev.tocsin.access.AuthoritySettings;
import dev.tocsin.access.KeysFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Who may come in, as a server's options say; nothing is read or opened yet. Immutable.
///
/// @param asks whether anybody is asked who he is
/// @param insecure whether that nobody is asked is what the operator wants
/// @param othersVouch whether somebody may come in without an API key
/// @param behindProxy whether a proxy in front is believed
/// @param authority by what somebody is known
/// @param keys the file of API keys, which need not be there
/// @param auditLog where it is written down who came in; `null` for nowhere
record AccessPlan(
    boolean asks,
    boolean insecure,
    boolean othersVouch,
    boolean behindProxy,
    AuthoritySettings authority,
    KeysFile keys,
    @Nullable Path auditLog) {}
