package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessage;
import dev.tocsin.events.ClientMessages;
import dev.tocsin.events.CloseCode;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.http.Ends;
import dev.tocsin.http.HttpLimits;
import dev.tocsin.http.OutputProgress;
import dev.tocsin.http.Payer;
import dev.tocsin.http.PeerAddress;
import dev.tocsin.http.Sender;
import dev.tocsin.http.Tickable;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.EventFilter;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.PatternWarning;
import dev.tocsin.hub.Rights;
import dev.tocsin.websocket.ControlFrames;
import dev.tocsin.websocket.FramedConnection;
import dev.tocsin.websocket.PerMessageDeflate;
import dev.tocsin.websocket.TextFrames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// A connection that speaks WebSocket: a member of its loop's shard, and the one who answers its
/// client.
///
/// Reading stops while the client leaves [HttpLimits#UNREAD_OUTPUT_BYTES] of answers unread or has too
/// many actions unanswered ([ActionQueue#isFull]), so that neither can grow. One that has too many events
/// to take reads the log at its own pace ([Cursor]). Belongs to the event loop.
final class WebSocketConnection extends FramedConnection implements Tickable, LiveConnection {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

  /// What somebody may who is not known yet.
  private static final Access NOTHING =
      new Access("", Rights.NONE, dev.tocsin.hub.Limits.NONE, Instant.EPOCH);

  // immutable
  private final Instant since;
  private final String id = UUID.randomUUID().toString();
  private final GatewayContext context;
  private final Loop loop;
  private final Channel channel;
  private final Visitor visitor;

  /// Whether it is encrypted.
  private final boolean secure;

  private final Form form;
  private final Actions actions;
  private final ActionQueue queue = new ActionQueue(this::send);
  private final OutputProgress output;
  private final Cursor cursor;
  private final PatternAccount patterns;

  // owned by the event loop
  /// The client, while it is not known who it is.
  private @Nullable Stranger stranger;

  /// The client, once that is known.
  private @Nullable Membership membership;

  /// Whether it has been told that the connection is established.
  private boolean greeted;

  private int unreadAnswerBytes;
  private boolean goingAway;
  private String epoch = "";
  private long lastHeardMillis;
  private long lastHeartbeatMillis;

  /// Its place among all connections, once it is open.
  private long number;

  /// @param visitor who the client is, counted among the connections of his; or that it says only now who it is
  /// @param cloudEvents whether events are written as such
  WebSocketConnection(
      GatewayContext context,
      Loop loop,
      Channel channel,
      Visitor visitor,
      boolean secure,
      boolean cloudEvents,
      @Nullable PerMessageDeflate agreed) {
    super(
        channel,
        loop.connections(),
        visitor.payer(),
        Limits.FRAMES,
        loop.deflation(),
        context.webSockets(),
        agreed);
    this.context = context;
    this.loop = loop;
    this.channel = channel;
    this.visitor = visitor;
    this.since = context.clock().instant();
    this.secure = secure;
    this.form = loop.forms().webSocket(cloudEvents, windowBits());
    this.actions = new Actions(context, loop, this);
    this.patterns = new PatternAccount(loop, this);
    this.output = new OutputProgress(channel, loop.connections());
    this.cursor = new Cursor(context, loop, channel, this);
    this.lastHeardMillis = loop.nowMillis();
    this.lastHeartbeatMillis = lastHeardMillis;
  }

  /// The handshake is over.
  ///
  /// @param access what the client was let in with is worth, counted among its connections; `null` when it is worth nothing
  void open(Upgrade.Accepted upgrade, @Nullable Access access) {
    loop.connections().add(this);
    number = context.rosters().nextNumber();
    loop.roster().enter(number, this);
    Pass pass = visitor.pass();
    if (pass != null && access != null) {
      join(upgrade, pass, access, null);
      return;
    }
    stranger = new Stranger(this, loop, upgrade);
    if (pass != null) {
      // Why was written down when it was judged.
      stranger.closeUnauthenticated();
      return;
    }
    if (context.isStopping()) {
      goAway();
    }
    readOn();
  }

  /// It is known who the client is: joins the shard and says so.
  ///
  /// @param access counted among the connections of its name
  /// @param answer what else to say of that, by the position; `null` for nothing
  void join(
      Upgrade.Accepted upgrade, Pass pass, Access access, @Nullable LongFunction<byte[]> answer) {
    if (stranger != null) {
      count(Payer.of(access.name(), sender().address()));
    }
    stranger = null;
    membership = new Membership(pass, access, context.clock().instant());
    List<EventPattern> asked = upgrade.events().patterns();
    Grants grants = access.rights().subscribe();
    long sequence = loop.shard().join(this, grants, asked, upgrade.events().where());
    notePatterns();
    if (isClosing()) {
      return;
    }
    List<PatternWarning> warnings =
        asked == null ? List.of() : context.hub().warnings(asked, upgrade.events().where(), grants);
    loop.trail().subscriptionDenied(access, sender(), warnings);
    epoch = loop.shard().epoch();
    LoggingEventBuilder line =
        LOG.atDebug().addKeyValue("connection", id).addKeyValue("address", PeerAddress.of(channel));
    if (!access.name().isEmpty()) {
      line = line.addKeyValue("name", access.name());
    }
    line.addKeyValue("patterns", asked == null ? "all" : asked.size()).log("connected");
    ClientMessage.Initial initial = upgrade.initial();
    if (initial != null) {
      // What the client says meanwhile waits, as after any action.
      queue.submit(
          actions.later(done ->
              cursor.beginAt(
                  sequence,
                  initial,
                  () -> filter(upgrade.events()),
                  (at, found) -> {
                    InitialSearch.Found these = found == null ? InitialSearch.NONE_FOUND : found;
                    giveInitial(these.sequences());
                    greet(at, warnings, these, answer);
                    done.give(null);
                  })),
          0);
    } else {
      greet(sequence, warnings, null, answer);
    }
    if (upgrade.resume() != null) {
      // From the very position that was told: nothing may come before the answer.
      queue.submit(actions.resume(upgrade.resume(), () -> sequence), 0);
    }
    if (context.isStopping()) {
      goAway();
    }
    readOn();
  }

  /// The first that the client is told.
  ///
  /// @param answer what else, by the position; `null` for nothing
  private void greet(
      long sequence,
      List<PatternWarning> warnings,
      InitialSearch.@Nullable Found initial,
      @Nullable LongFunction<byte[]> answer) {
    greeted = true;
    send(
        ServerMessages.established(
            id,
            epoch,
            sequence,
            context.hub().catalog().hash(),
            context.durability(),
            warnings,
            initial,
            context.clock()));
    if (answer != null) {
      send(answer.apply(sequence));
    }
  }

  /// Looks for the events with which a subscription begins, see [Cursor#begin].
  ///
  /// @param events what it asks for
  void begin(ClientMessage.Initial wish, PatternQuery events, Cursor.Beginning next) {
    cursor.begin(wish, () -> filter(events), next);
  }

  /// Gives the client the events with which a subscription begins, see [Cursor#giveInitial]. What it asks for after that
  /// subscription waits until they have come.
  void giveInitial(long[] sequences) {
    queue.hold();
    cursor.giveInitial(
        sequences,
        () -> {
          queue.release();
          actionFinished();
        });
  }

  /// What is asked for of what may be read now.
  private @Nullable EventFilter filter(PatternQuery events) {
    return context.hub().filter(events.patterns(), events.where(), access().rights().subscribe());
  }

  /// Where the client is.
  Sender sender() {
    return visitor.sender();
  }

  /// What the client may do, as of the last look.
  Access access() {
    return membership == null ? NOTHING : membership.access();
  }

  /// The client, who is known, has presented a newer credential, which is good.
  ///
  /// @return what to answer
  byte[] renew(ClientMessage.Authenticate message, Pass pass, Access access) {
    Membership member = Objects.requireNonNull(membership);
    String name = member.access().name();
    if (!name.equals(access.name())) {
      loop.trail()
          .note(
              Audit.What.CREDENTIAL_REFUSED,
              access.name(),
              sender(),
              "the connection is one of " + name);
      return ServerMessages.error(
          message.id(),
          new Rejection(
              ErrorCode.FORBIDDEN, "A connection cannot become another's: open one for that"),
          context.clock());
    }
    member.renew(pass, access, context.clock().instant());
    loop.trail().note(Audit.What.CREDENTIAL_RENEWED, access.name(), sender(), null);
    loop.shard().grant(this, access.rights().subscribe());
    notePatterns();
    return ServerMessages.authenticated(message.id(), access, cursor.tellPosition());
  }

  /// Tells the client that something it wanted is not to be.
  void refuse(@Nullable String request, Rejection rejection) {
    send(ServerMessages.error(request, rejection, context.clock()));
  }

  /// Draws the consequences of what has become of the client's rights, and says when they end soon.
  private void lookAt(Membership member) {
    Instant now = context.clock().instant();
    switch (member.look(now).orElse(null)) {
      case Membership.Change.Ended ended -> {
        loop.trail().note(Audit.What.CREDENTIAL_ENDED, member.access().name(), sender(), null);
        close(CloseCode.CREDENTIAL_ENDED, "The credential has expired or was revoked");
      }
      case Membership.Change.Other(Access access) -> {
        loop.shard().grant(this, access.rights().subscribe());
        // What was wanted and not granted is no gap: the client has to know from where on it
        // counts.
        sendHeartbeat();
        notePatterns();
      }
      case null -> {}
    }
    member.takeNotice(now).ifPresent(end -> send(ServerMessages.expiring(end)));
  }

  /// Tells the client where it stands.
  void sendHeartbeat() {
    send(ServerMessages.heartbeat(cursor.tellPosition(), context.clock()));
  }

  /// The name that the client was told.
  @Override
  public String id() {
    return id;
  }

  @Override
  public ConnectionView view() {
    boolean known = membership != null;
    return new ConnectionView(
        id,
        access().name(),
        sender().text(),
        "websocket",
        since,
        known && !isClosing() ? loop.shard().subscribed(this) : List.of(),
        known ? cursor.position() : 0,
        known ? context.hub().log().state().newest() : 0,
        standing(),
        unreadBytes(),
        allowance().isInDebt());
  }

  private Standing standing() {
    if (isClosing()) {
      return Standing.CLOSING;
    }
    return membership == null ? Standing.UNAUTHENTICATED : cursor.standing(unreadBytes() > 0);
  }

  /// What it wants has changed: counts what that weighs, which may be too much.
  void notePatterns() {
    if (!isClosing()) {
      patterns.note();
    }
  }

  /// Where this connection stands on the log.
  Cursor cursor() {
    return cursor;
  }

  @Override
  public Form form() {
    return form;
  }

  @Override
  public boolean isLive() {
    return !isClosing() && !cursor.isLeaving() && channel.isActive();
  }

  @Override
  public long untakenBytes() {
    return loop.untaken(unreadBytes(), secure);
  }

  @Override
  public void take(ByteBuf encoded) {
    send(encoded);
  }

  @Override
  public void lag(long after, long previous) {
    cursor.lag(after, previous);
  }

  /// Sends one text message of the server's own. It may repeat what the client has sent, so it is not compressed where
  /// some events never are.
  void send(byte[] message) {
    if (isClosing() || !channel.isActive()) {
      return;
    }
    ByteBuf plain = TextFrames.of(channel.alloc(), message);
    ByteBuf frame = loop.plainTypes().isEmpty() ? inItsForm(plain) : plain;
    countUnread(frame.readableBytes());
    write(frame);
  }

  private void countUnread(int bytes) {
    unreadAnswerBytes += channel.isWritable() ? 0 : bytes;
  }

  @Override
  public void text(byte[] message) {
    long receivedNanos = takeMessageNanos();
    if (isClosing() || isDeaf()) {
      return;
    }
    ClientMessage decoded = ClientMessages.decode(message);
    if (stranger != null) {
      stranger.say(decoded);
      return;
    }
    queue.submit(actions.of(decoded, receivedNanos), message.length);
    if (decoded instanceof ClientMessage.Publish) {
      loop.connections().turns().forgive();
    } else {
      loop.connections().turns().count();
    }
  }

  @Override
  public void binary(byte[] message) {
    if (!isClosing() && !isDeaf()) {
      close(CloseCode.UNSUPPORTED_DATA, "The protocol is text, not binary");
    }
  }

  @Override
  protected boolean owesAnswers() {
    return queue.size() > 0 || isBeingJudged();
  }

  @Override
  protected boolean isDeaf() {
    return goingAway;
  }

  @Override
  protected void heard() {
    lastHeardMillis = loop.nowMillis();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      unreadAnswerBytes = 0;
      cursor.noteRoom();
      readOn();
    }
  }

  @Override
  protected boolean isHeldUp() {
    return isBeingJudged()
        || unreadAnswerBytes >= HttpLimits.UNREAD_OUTPUT_BYTES
        || queue.isFull()
        || (!channel.isWritable() && context.http().memory().isTight());
  }

  private boolean isBeingJudged() {
    return stranger != null && stranger.isJudged();
  }

  /// An action that was under way has been answered.
  void actionFinished() {
    if (queue.size() == 0) {
      if (goingAway) {
        sayGoodbye();
      } else {
        answered();
      }
    }
    readOn();
  }

  @Override
  public void tick(long nowMillis) {
    if (isClosing()) {
      return;
    }
    boolean unread = loop.connections().turns().awaitsPayment(this);
    if (stranger != null && !unread) {
      stranger.tick(nowMillis);
    }
    if (membership == null || !greeted) {
      return;
    }
    lookAt(membership);
    // A client that takes what is waiting for it is alive, and one that is not read cannot say so.
    // One that has answered its last ping takes what it is sent.
    boolean quiet = nowMillis - lastHeardMillis > Limits.HEARTBEAT_MILLIS;
    if (output.advanced(quiet) || isHeldUp() || unread) {
      heard();
    }
    if (output.stalledMillis() > cursor.patienceMillis()) {
      close(
          CloseCode.SLOW_CONSUMER,
          "Nothing was taken for " + output.stalledMillis() / 1_000 + " seconds");
    } else if (nowMillis - lastHeardMillis > Limits.SILENCE_MILLIS) {
      close(
          CloseCode.HEARTBEAT_TIMEOUT,
          "Nothing was heard for " + Limits.SILENCE_MILLIS / 1_000 + " seconds");
    } else if (nowMillis - lastHeartbeatMillis >= Limits.HEARTBEAT_MILLIS) {
      lastHeartbeatMillis = nowMillis;
      together(() -> {
        write(ControlFrames.ping(channel.alloc()));
        sendHeartbeat();
      });
      notePatterns(); // its share of what it has in common with others grows when they leave
    }
  }

  @Override
  public void leaveEarlierEpoch() {
    if (!isClosing() && membership != null && !epoch.equals(loop.shard().epoch())) {
      close(
          CloseCode.EPOCH_CHANGED, "The log has begun a new epoch: come back, and resume from it");
    }
  }

  @Override
  public void goAway() {
    goingAway = true;
    // What waits behind a beginning has had no effect, and who does not read that holds up no stop.
    if (queue.size() == 0 || cursor.isBeginning()) {
      sayGoodbye();
    }
  }

  @Override
  public void cutOff() {
    Ends.cut(channel);
  }

  private void sayGoodbye() {
    if (membership != null) {
      // What was accepted while the last answers were waited for.
      loop.shard().catchUp(this);
      send(
          ServerMessages.reconnect(
              500 + ThreadLocalRandom.current().nextInt(Limits.RECONNECT_SPREAD_MILLIS)));
    }
    close(CloseCode.GOING_AWAY, "The server is going away");
  }

  @Override
  public void close(CloseCode code, String sentence) {
    close(code.code(), sentence);
  }

  @Override
  protected void failed() {
    close(CloseCode.INTERNAL_ERROR, "The server met a fault of its own");
  }

  @Override
  protected void announceClose(int code, String sentence) {
    if (code >= 4_400) {
      CloseCode.ofCode(code)
          .ifPresent(
              known -> send(ServerMessages.connectionError(known, sentence, context.clock())));
    }
  }

  @Override
  protected void detach() {
    queue.abandon();
    patterns.end();
    cursor.end();
    loop.shard().leave(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    loop.connections().remove(this);
    loop.roster().leave(number, this);
    if (membership != null) {
      loop.quotas().disconnect(membership.access().name());
    }
    super.channelInactive(ctx);
  }
}
