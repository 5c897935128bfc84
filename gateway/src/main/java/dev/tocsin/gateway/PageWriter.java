package dev.tocsin.gateway;

import dev.tocsin.http.Allowance;
import dev.tocsin.http.LoopTasks;
import dev.tocsin.http.Turns;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/// Writes what lies in the log to its connection: pages, each when the socket has taken the one before, and what the
/// connection has had of the loop's time is paid ([Turns]). Belongs to the event loop.
abstract sealed class PageWriter implements Turns.Waiting permits InitialWriter, ReplayWriter {

  final GatewayContext context;
  final Loop loop;
  final LoopTasks tasks;
  final LiveConnection connection;
  final Channel channel;
  private final Allowance allowance;
  private boolean ended;

  /// Nothing is written before [#awaitTurn].
  ///
  /// @param allowance under which it is counted
  PageWriter(
      GatewayContext context,
      Loop loop,
      LiveConnection connection,
      Channel channel,
      Allowance allowance) {
    this.context = context;
    this.loop = loop;
    this.tasks = loop.connections().tasks();
    this.connection = connection;
    this.channel = channel;
    this.allowance = allowance;
  }

  /// Whether a page has come that is still to be written.
  abstract boolean holdsPage();

  /// Gives back the page that was fetched; the next turn fetches it again.
  abstract void letGo();

  /// Writes the page that was fetched, or fetches one.
  ///
  /// @param maxBytes how large it may be, see [ReplayRoom#pageBytes]
  abstract void work(int maxBytes);

  /// What was taken up for as long as it lasts is given back.
  abstract void release();

  /// Puts the next page in line.
  void awaitTurn() {
    if (ended) {
      return;
    }
    if (allowance.isInDebt()) {
      loop.connections().turns().await(this);
    } else {
      goOn();
    }
  }

  @Override
  public final void goOn() {
    loop.replayTurns().await(this);
  }

  @Override
  public final int waitingBytes() {
    return 0;
  }

  @Override
  public final Allowance allowance() {
    return allowance;
  }

  final boolean isEnded() {
    return ended;
  }

  /// Nothing more is written: all is on its way, the connection has ended, or it has asked for something else.
  final void end() {
    if (!ended) {
      ended = true;
      loop.connections().turns().leave(this);
      letGo();
      release();
    }
  }

  /// It is this one's turn: one page, no larger than `maxBytes` of JSON and one event. A failure ends its connection and
  /// no other.
  final void turn(int maxBytes) {
    if (ended || !channel.isActive()) {
      letGo();
      return;
    }
    if (!holdsPage() && allowance.isInDebt()) {
      awaitTurn();
      return;
    }
    boolean counted = loop.connections().turns().begin(allowance);
    try {
      work(maxBytes);
    } catch (RuntimeException | Error e) {
      channel.pipeline().fireExceptionCaught(e);
    } finally {
      if (counted) {
        loop.connections().turns().end();
      }
    }
  }

  /// Sends a page, which counts until the socket has taken it; then the next is put in line.
  final void send(ByteBuf page) {
    long bytes = page.capacity();
    context.replayRoom().take(bytes);
    connection
        .sendAndTell(page)
        .addListener(sent -> {
          context.replayRoom().giveBack(bytes);
          if (sent.isSuccess()) {
            awaitTurn();
          }
        });
  }

  /// An empty page in the form of the connection.
  final FormPage newPage() {
    return new FormPage(connection.form(), loop.plainTypes(), channel.alloc());
  }
}
