package dev.tocsin.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/// How a connection ends: the one place where a connection's channel is closed.
///
/// Closing a socket with unread input makes the kernel throw away what was written last. So after a last word that
/// has to arrive a connection *lingers*: it ends its own side, and goes on reading, and throwing away, for
/// [HttpLimits#LINGER_MILLIS] at the longest, until the peer has ended its side too. Reading is up to the handler of
/// the connection. Any thread.
public final class Ends {

  private Ends() {}

  /// Whether a failure of a channel says no more than that its socket is gone.
  public static boolean isOfSocket(Throwable failure) {
    return failure instanceof IOException || failure instanceof UncheckedIOException;
  }

  /// At once: what is still waiting to be written is thrown away.
  public static void cut(Channel channel) {
    channel.close();
  }

  /// At once, and what the kernel still holds is thrown away as well: for what the peer may not have any more.
  public static void reset(Channel channel) {
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    channel.close();
  }

  /// As soon as the last word has been written, or cannot be; nothing may be written after it.
  public static void after(ChannelFuture lastWord) {
    lastWord.addListener(written -> lastWord.channel().close());
  }

  /// In good order: ends this side when the last word has been written, then lingers.
  public static void linger(ChannelFuture lastWord) {
    Channel channel = lastWord.channel();
    if (channel instanceof DuplexChannel duplex) {
      // Not before: what is still waiting to be written would be thrown away.
      lastWord.addListener(written -> TlsHandler.endOutput(duplex));
    }
    expect(channel);
  }

  /// In words, if they can be said, because of a fault of the server's own. Not now: this may be in the middle of a turn that
  /// others share. From the event loop.
  ///
  /// @param words says them, and ends the connection
  public static void afterFault(Channel channel, Runnable words) {
    channel
        .eventLoop()
        .execute(() -> {
          try {
            words.run();
          } catch (OutOfMemoryError e) {
            // Nor is there memory to say so.
            cut(channel);
          } catch (RuntimeException | Error e) {
            Guard.caught("a connection that failed could not be ended in words", e);
            cut(channel);
          }
        });
  }

  /// When the peer does, as it has been asked to; this side stays open meanwhile.
  public static void expect(Channel channel) {
    Future<?> late =
        channel
            .eventLoop()
            .schedule(() -> channel.close(), HttpLimits.LINGER_MILLIS, TimeUnit.MILLISECONDS);
    channel.closeFuture().addListener(closed -> late.cancel(false));
  }
}
