package dev.tocsin.access;

import dev.tocsin.hub.Authenticator;
import dev.tocsin.hub.Credential;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.Rights;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All ways to authenticate together: API keys, signed tokens, certificates, and the word of a trusted proxy.
///
/// - A token that begins with `tocsin_` is an API key; one with two dots is signed (JWT).
/// - A certificate's name is the first DNS name or URI among its alternative names, else its common name; its roles are those
///   that the roles file gives that name, and it ends with the certificate.
/// - A vouched name has the roles that the proxy names and those that the roles file gives it.
///
/// Who is known but has no roles is accepted and may nothing: he is told `forbidden`, not that nobody knows him, and rights
/// that he gets later count at once. A role that does not exist grants nothing.
///
/// Files and URLs are followed by one thread of its own, `tocsin-access`. Safe for any thread; [#start] and [#close] are for
/// the owner. What was accepted stays usable after [#close], without following anything.
public final class Authority implements Authenticator, AutoCloseable {

  /// How often files are looked at.
  static final Duration INTERVAL = Duration.ofMillis(500);

  private static final String KEY_PREFIX = "tocsin_";
  private static final Logger LOG = LoggerFactory.getLogger(Authority.class);

  // immutable
  private final @Nullable KeyRing keys;
  private final @Nullable FollowedFile<Roles> roles;
  private final @Nullable KeySource tokenKeys;
  private final @Nullable JwtVerifier tokens;
  private final InstantSource clock;

  // owned by who starts and closes it
  private @Nullable Thread follower;
  private volatile boolean isClosed;

  /// An authority that has looked at nothing yet.
  ///
  /// @param executor verifies tokens; when it rejects a task, the token cannot be judged at the moment
  /// @throws BrokenFileException when a setting cannot be what it is meant to be; the message is a sentence
  public Authority(AuthoritySettings settings, Executor executor, InstantSource clock)
      throws BrokenFileException {
    this(settings, executor, clock, KeyWatcher.NOBODY);
  }

  /// The same, with somebody who wants to know what becomes of the API keys.
  public Authority(
      AuthoritySettings settings, Executor executor, InstantSource clock, KeyWatcher watcher)
      throws BrokenFileException {
    this.clock = clock;
    KeysFile keysFile = settings.keys();
    this.keys = keysFile == null ? null : new KeyRing(keysFile, clock, watcher);
    Path rolesFile = settings.roles();
    this.roles =
        rolesFile == null
            ? null
            : new FollowedFile<>(rolesFile, Roles.NONE, () -> RolesFile.read(rolesFile));
    JwtSettings jwt = settings.tokens();
    this.tokenKeys = jwt == null ? null : KeySource.of(jwt.keys(), clock);
    this.tokens =
        jwt == null || tokenKeys == null
            ? null
            : new JwtVerifier(jwt, tokenKeys, this::roles, executor, clock);
  }

  private Roles roles() {
    return roles == null ? Roles.NONE : roles.content();
  }

  /// Reads all files, begins to fetch keys from a URL, and follows both from now on.
  ///
  /// @throws BrokenFileException when a file is broken, or is missing and should be there; then it is to be closed
  public void start() throws BrokenFileException {
    look();
    requireGood(keys == null ? null : keys.fault());
    requireGood(roles == null ? null : roles.fault());
    requireGood(tokenKeys instanceof KeySetFile file ? file.fault() : null);
    follower = Thread.ofPlatform().name("tocsin-access").daemon().start(this::follow);
  }

  private static void requireGood(@Nullable String fault) throws BrokenFileException {
    if (fault != null) {
      throw new BrokenFileException(fault);
    }
  }

  private void follow() {
    while (!isClosed) {
      try {
        Thread.sleep(INTERVAL);
        look();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | Error e) {
        LOG.atError().setCause(e).log("files of credentials could not be looked at");
      }
    }
  }

  /// Looks once whether files have changed, and whether it is time to fetch keys. Reads from the disk. For who has not called
  /// [#start], or cannot wait.
  public synchronized void look() {
    if (keys != null) {
      keys.look();
    }
    if (roles != null) {
      roles.look();
    }
    if (tokenKeys != null) {
      tokenKeys.look();
    }
  }

  /// Waits until the keys of tokens are there, or it is known that they cannot be had: for as long as a URL may take to answer.
  /// For who has called [#start].
  ///
  /// @return why there are none, a sentence; `null` when they are there, or no tokens are taken
  public @Nullable String awaitTokenKeys() {
    if (tokenKeys == null) {
      return null;
    }
    tokenKeys.first().join();
    return tokenKeys.fault();
  }

  /// Whether there is anything yet by which somebody could be known: an API key, or keys of tokens.
  public boolean hasAny() {
    return tokens != null || (keys != null && !keys.isEmpty());
  }

  @Override
  public CompletionStage<Outcome> authenticate(Credential credential) {
    return switch (credential) {
      case Credential.Token(String text) when text.startsWith(KEY_PREFIX) -> done(key(text));
      case Credential.Token(String text) -> token(text);
      case Credential.Certificate(X509Certificate certificate) -> done(certificate(certificate));
      case Credential.Vouched vouched -> done(vouched(vouched));
    };
  }

  private static CompletionStage<Outcome> done(Outcome outcome) {
    return CompletableFuture.completedFuture(outcome);
  }

  private Outcome key(String text) {
    if (keys == null) {
      return new Outcome.Refused("no API keys are taken here");
    }
    return keys.judge(ApiKey.parse(text));
  }

  private CompletionStage<Outcome> token(String text) {
    if (text.length() <= SignedToken.MAX_LENGTH && text.indexOf('.') < 0) {
      return done(new Outcome.Refused("the token is neither an API key nor signed (JWT)"));
    }
    if (tokens == null) {
      return done(new Outcome.Refused("no signed tokens (JWT) are taken here"));
    }
    return tokens.verify(text);
  }

  private Outcome certificate(X509Certificate certificate) {
    Instant begin = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    if (clock.instant().isBefore(begin)) {
      return new Outcome.Refused("the certificate is not valid before " + begin);
    }
    if (!clock.instant().isBefore(end)) {
      return new Outcome.Refused("the certificate ended at " + end);
    }
    Optional<String> name = CertificateName.of(certificate);
    if (name.isEmpty()) {
      return new Outcome.Refused("the certificate has no DNS name, URI or CN that can be a name");
    }
    return new Outcome.Accepted(pass(name.get(), List.of(), end));
  }

  private Outcome vouched(Credential.Vouched vouched) {
    if (!Names.isName(vouched.name())) {
      return new Outcome.Refused(
          "the proxy's name for somebody cannot be one: 1 to "
              + Names.MAX_LENGTH
              + " characters, none of them a control character");
    }
    if (vouched.roles().size() > Names.MAX_ROLES) {
      return new Outcome.Refused("the proxy names more than " + Names.MAX_ROLES + " roles");
    }
    return new Outcome.Accepted(pass(vouched.name(), vouched.roles(), null));
  }

  private Pass pass(String name, List<String> more, @Nullable Instant end) {
    return new RolePass(
        name, end, end, this::roles, now -> rights(now, name, more), () -> true, clock);
  }

  private static Rights rights(Roles roles, String name, List<String> more) {
    List<String> all = new ArrayList<>(roles.of(name));
    all.addAll(more);
    return roles.of(all);
  }

  @Override
  public void close() {
    isClosed = true;
    if (follower != null) {
      follower.interrupt();
    }
    if (tokenKeys != null) {
      tokenKeys.close();
    }
  }
}
