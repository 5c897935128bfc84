package dev.tocsin.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A server's side of TLS: what new connections are encrypted with, taken anew from its files when they change.
///
/// A thread of its own reads the files every [#LOOK_MILLIS]. What they hold is taken when it belongs together and is valid;
/// otherwise what was there before stays, which is told once for each content, as is that it is good again. What is wrong has
/// to be there at two looks in a row before it is told: whoever replaces two files replaces one of them first. Old connections
/// keep what they began with. Sessions are resumed by tickets, whose keys go with the files: after a change everybody has to
/// show his certificate again.
///
/// BoringSSL does the work where it is on the class path and its library can be loaded, else the JDK (ADR 40). Any thread
/// may call anything.
final class Tls {

  private static final Logger LOG = LoggerFactory.getLogger(Tls.class);

  /// From one look at the files to the next.
  static final long LOOK_MILLIS = 2_000;

  /// How long a session can be resumed, in seconds.
  private static final long SESSION_SECONDS = 3_600;

  /// Sessions that are remembered for clients that take no tickets.
  private static final long SESSIONS = 1_024;

  private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  /// Those of TLS 1.3, and of TLS 1.2 those with a key that is used once and with authenticated encryption.
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  static {
    // The JDK's engine lets a client of TLS 1.2 begin as many handshakes on one connection as it
    // likes, and reads this
    // once.
    String renegotiation = "jdk.tls.rejectClientInitiatedRenegotiation";
    if (System.getProperty(renegotiation) == null) {
      System.setProperty(renegotiation, "true");
    }
  }

  // immutable
  private final TlsFiles files;
  private final InstantSource clock;
  private final SslProvider provider;
  private final CountDownLatch closed = new CountDownLatch(1);

  // any thread
  private final LongAdder handshakes = new LongAdder();
  private final LongAdder failedHandshakes = new LongAdder();

  // guarded by this
  private @Nullable SslContext context;

  // written by whoever looks, read by any
  private volatile TlsIdentity identity;

  // owned by whoever looks
  private String taken;
  private String seen;

  /// What was last told to be bad; `null` when all is good.
  private @Nullable String told;

  private boolean toldExpired;

  private Tls(
      TlsFiles files,
      InstantSource clock,
      SslProvider provider,
      TlsIdentity identity,
      String fingerprint,
      SslContext context) {
    this.files = files;
    this.clock = clock;
    this.provider = provider;
    this.identity = identity;
    this.taken = fingerprint;
    this.seen = fingerprint;
    this.context = context;
  }

  /// Reads the files, and begins to watch them.
  ///
  /// @throws StartFailedException with a sentence that names the file, when they cannot be used
  static Tls start(TlsFiles files, InstantSource clock) throws StartFailedException {
    Tls tls = open(files, clock, bestProvider());
    Thread.ofPlatform().daemon().name("tocsin-tls").start(tls::watch);
    return tls;
  }

  /// The same, and nobody watches them.
  static Tls open(TlsFiles files, InstantSource clock, SslProvider provider)
      throws StartFailedException {
    Tls tls = read(files, clock, provider);
    tls.warn();
    return tls;
  }

  /// The same, and nobody is warned of anything.
  static Tls read(TlsFiles files, InstantSource clock, SslProvider provider)
      throws StartFailedException {
    try {
      TlsIdentity.Contents contents = TlsIdentity.Contents.of(files);
      TlsIdentity identity = TlsIdentity.of(files, contents);
      return new Tls(
          files, clock, provider, identity, contents.fingerprint(), context(identity, provider));
    } catch (TlsFileException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    } catch (SSLException e) {
      throw new StartFailedException(unusable(files, e), e);
    }
  }

  static SslProvider bestProvider() {
    return OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
  }

  private static String unusable(TlsFiles files, SSLException failure) {
    return "TLS cannot use the certificate "
        + files.certificate()
        + " with the key "
        + files.key()
        + ": "
        + failure.getMessage();
  }

  /// Warns of what clients or an auditor will not like.
  private void warn() {
    String fault = identity.fault(files, clock.instant());
    if (fault != null) {
      toldExpired = true;
      LOG.atWarn().addKeyValue("reason", fault).log("clients will refuse the certificate");
    }
    if (TlsIdentity.isOpenToAll(files.key())) {
      LOG.atWarn()
          .addKeyValue("file", files.key())
          .log("every user of this machine may read the private key (chmod 600)");
    }
  }

  private static SslContext context(TlsIdentity identity, SslProvider provider)
      throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(
                identity.key(), identity.chain().toArray(new X509Certificate[0]))
            .sslProvider(provider)
            .protocols(PROTOCOLS)
            .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    ApplicationProtocolNames.HTTP_1_1))
            .sessionCacheSize(SESSIONS)
            .sessionTimeout(SESSION_SECONDS);
    if (!identity.clientCas().isEmpty()) {
      // Not required: there are other ways to say who one is.
      builder
          .trustManager(identity.clientCas().toArray(new X509Certificate[0]))
          .clientAuth(ClientAuth.OPTIONAL);
    }
    return builder.build();
  }

  private void watch() {
    try {
      while (!closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        Guard.run("the files of TLS could not be looked at", this::look);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Looks whether the files have changed. Reads from the disk; one thread at a time.
  void look() {
    String found;
    try {
      TlsIdentity.Contents contents = TlsIdentity.Contents.of(files);
      found = contents.fingerprint();
      if (!found.equals(taken)) {
        take(contents);
        return;
      }
      if (told != null) {
        tellGood("the certificate from before is there again");
      }
      lookAtEnd();
    } catch (TlsFileException e) {
      tellBad(String.valueOf(e.getMessage()), String.valueOf(e.getMessage()));
      return;
    }
    seen = found;
  }

  private void take(TlsIdentity.Contents contents) throws TlsFileException {
    String found = contents.fingerprint();
    try {
      TlsIdentity next = TlsIdentity.of(files, contents);
      String invalid = next.fault(files, clock.instant());
      if (invalid != null) {
        throw new TlsFileException(invalid);
      }
      replace(context(next, provider));
      identity = next;
      taken = found;
      seen = found;
      toldExpired = false;
      tellGood("the certificate was replaced");
    } catch (TlsFileException e) {
      tellBad(found, String.valueOf(e.getMessage()));
    } catch (SSLException e) {
      tellBad(found, unusable(files, e));
    }
  }

  /// @param found what tells this content from another
  private void tellBad(String found, String reason) {
    if (found.equals(seen) && !found.equals(told)) {
      told = found;
      LOG.atWarn()
          .addKeyValue("reason", reason)
          .log("the certificate and key from before stay in use");
    }
    seen = found;
  }

  private void tellGood(String message) {
    told = null;
    LOG.atInfo()
        .addKeyValue("file", files.certificate())
        .addKeyValue("valid_until", identity.chain().getFirst().getNotAfter().toInstant())
        .log(message);
  }

  /// A certificate that nobody replaces expires while the server runs.
  private void lookAtEnd() {
    String expired = identity.fault(files, clock.instant());
    if (expired != null && !toldExpired) {
      toldExpired = true;
      LOG.atWarn().addKeyValue("reason", expired).log("clients will refuse the certificate");
    }
  }

  private synchronized void replace(@Nullable SslContext next) {
    SslContext before = context;
    context = next;
    // Each connection holds its own as long as it lives.
    ReferenceCountUtil.release(before);
  }

  /// What encrypts one more connection. Under the lock: what is in use now is not let go of meanwhile.
  synchronized TlsHandler newHandler(ByteBufAllocator allocator, SocketMemory memory) {
    SslContext present = context;
    if (present == null) {
      throw new IllegalStateException("the server has stopped");
    }
    return new TlsHandler(present.newEngine(allocator), memory);
  }

  /// What is shown to new connections.
  TlsIdentity identity() {
    return identity;
  }

  void noteHandshake(boolean good) {
    (good ? handshakes : failedHandshakes).increment();
  }

  TlsFigures figures() {
    return new TlsFigures(handshakes.sum(), failedHandshakes.sum());
  }

  /// Takes no more connections, and watches the files no longer.
  void close() {
    closed.countDown();
    replace(null);
  }
}
