package dev.tocsin.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// What Linux tells of a connection: `struct tcp_info` of `linux/tcp.h`, as far as it is read here. What a kernel does not
/// know it leaves at zero. Each look is a system call.
///
/// @param isInFlight whether something has been sent that the peer has not acknowledged
/// @param outputWaits the same, or whether something has not been sent
record TcpInfo(int state, boolean isInFlight, boolean outputWaits, long ackedBytes) {

  private static final RawUnixChannelOption TCP_INFO =
      new RawUnixChannelOption("TCP_INFO", 6, 11, 148);

  private static final int STATE = 0;
  private static final int UNACKED_SEGMENTS = 24;
  private static final int BYTES_ACKED = 120;
  private static final int NOT_SENT_BYTES = 144;

  /// `TCP_CLOSE` of `linux/tcp_states.h`.
  private static final int CLOSED = 7;

  /// Asks the kernel; `null` where it does not tell.
  static @Nullable TcpInfo of(Channel channel) {
    ByteBuffer info;
    try {
      info = channel.config().getOption(TCP_INFO);
    } catch (ChannelException e) {
      // The connection has just ended.
      return null;
    }
    if (info == null) {
      return null;
    }
    info.order(ByteOrder.nativeOrder());
    boolean inFlight = info.getInt(UNACKED_SEGMENTS) != 0;
    boolean waits = inFlight || info.getInt(NOT_SENT_BYTES) != 0;
    return new TcpInfo(info.get(STATE), inFlight, waits, info.getLong(BYTES_ACKED));
  }

  /// Whether the peer has reset the connection: nothing will come any more, and nothing can be sent.
  boolean isReset() {
    return state == CLOSED;
  }
}
