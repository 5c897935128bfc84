package dev.tocsin.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The end of the listening socket's pipeline: tells why connections cannot be accepted, when for instance
/// there are too many open files. Netty tries again after a second. Belongs to an event loop.
final class AcceptFaults extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(AcceptFaults.class);

  private final SparseLog failed = new SparseLog(LOG, Level.WARN, "connections cannot be accepted");

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    failed.note(String.valueOf(cause.getMessage()));
  }
}
