package dev.tocsin.http;

import org.jspecify.annotations.Nullable;

/// For how long a peer has acknowledged nothing of what is on its way to it. One that is there acknowledges what comes even
/// when nobody reads it: what there is no room for is not sent. Belongs to the event loop.
final class Unacknowledged {

  private static final long UNKNOWN = -1;

  private long ackedBytes = UNKNOWN;
  private long sinceMillis;

  /// Looks again.
  ///
  /// @param info what the kernel tells; `null` where it does not: then nobody is ever thought to be gone
  /// @return how long it has been, as far as earlier looks tell
  long look(@Nullable TcpInfo info, long nowMillis) {
    if (info == null || !info.isInFlight() || info.ackedBytes() != ackedBytes) {
      ackedBytes = info == null ? UNKNOWN : info.ackedBytes();
      sinceMillis = nowMillis;
    }
    return nowMillis - sinceMillis;
  }
}
