package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessage;
import dev.tocsin.events.CloseCode;
import dev.tocsin.http.Ends;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.OutputProgress;
import dev.tocsin.http.PeerAddress;
import dev.tocsin.http.Response;
import dev.tocsin.http.StreamedConnection;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.PatternWarning;
import dev.tocsin.websocket.CloseCodes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An answer over HTTP that goes on with events for as long as the client takes them: a member of its loop's shard that
/// says nothing. Belongs to the event loop.
final class StreamConnection extends StreamedConnection implements LiveConnection {

  private static final Logger LOG = LoggerFactory.getLogger(StreamConnection.class);

  // immutable
  private final Instant since;
  private final String id = UUID.randomUUID().toString();
  private final GatewayContext context;
  private final Loop loop;
  private final Channel channel;
  private final Visitor visitor;
  private final boolean secure;
  private final StreamQuery query;
  private final Form.Streamed form;
  private final Membership membership;
  private final Cursor cursor;
  private final PatternAccount patterns;
  private final OutputProgress output;
  private final StreamCounters counters;

  // owned by the event loop
  private String epoch = "";

  /// Where it began.
  private long joinedAt;

  /// Whether the client has not been told yet where it goes on: until then it stands where it stood before.
  private boolean resuming;

  private long lastPulseMillis;

  /// Its place among all connections, once it is open.
  private long number;

  /// Whether it has been told that it is established.
  private boolean greeted;

  /// Whether it is no member any more.
  private boolean detached;

  /// Whether it counts among the connections of its principal.
  private boolean counted = true;

  /// @param access what the client was let in with is worth, counted among its connections
  /// @param chunked see [Form.Streamed]
  StreamConnection(
      GatewayContext context,
      Loop loop,
      HttpConnection from,
      Visitor visitor,
      Access access,
      StreamQuery query,
      boolean chunked) {
    super(from, visitor.payer(), chunked);
    this.context = context;
    this.since = context.clock().instant();
    this.loop = loop;
    this.channel = from.channel();
    this.visitor = visitor;
    this.secure = from.isSecure();
    this.query = query;
    this.form =
        switch (query.kind()) {
          case SSE -> loop.forms().serverSent(query.cloudEvents(), query.named(), chunked);
          case NDJSON -> loop.forms().lines(query.cloudEvents(), chunked);
        };
    Pass pass = Objects.requireNonNull(visitor.pass());
    this.membership = new Membership(pass, access, context.clock().instant());
    this.cursor = new Cursor(context, loop, channel, this);
    this.patterns = new PatternAccount(loop, this);
    this.output = new OutputProgress(channel, loop.connections());
    this.counters = context.streams(query.kind());
    this.lastPulseMillis = loop.nowMillis();
  }

  /// Joins the shard. Nothing is said before [#begin].
  void join() {
    joinedAt =
        loop.shard()
            .join(
                this,
                membership.access().rights().subscribe(),
                query.events().patterns(),
                query.events().where());
    epoch = loop.shard().epoch();
    resuming = query.resume() != null;
  }

  /// What was joined is left again: the answer could not begin.
  void forget() {
    cursor.end();
    loop.shard().leave(this);
    countOff();
  }

  /// What the answer begins with. Server-sent events have a greeting that says the same.
  Response head() {
    Response head = StreamExchange.head(query.kind());
    return switch (query.kind()) {
      case SSE -> head;
      case NDJSON ->
          head.with("Tocsin-Epoch", epoch).with("Tocsin-Sequence", Long.toString(joinedAt));
    };
  }

  /// The head of the answer is on its way: greets, and goes on where the client was.
  void begin() {
    loop.connections().add(this);
    number = context.rosters().nextNumber();
    loop.roster().enter(number, this);
    counters.noteOpened();
    List<EventPattern> asked = query.events().patterns();
    List<PatternWarning> warnings =
        asked == null
            ? List.of()
            : context
                .hub()
                .warnings(asked, query.events().where(), membership.access().rights().subscribe());
    loop.trail().subscriptionDenied(membership.access(), visitor.sender(), warnings);
    LOG.atDebug()
        .addKeyValue("connection", id)
        .addKeyValue("transport", query.kind().label())
        .addKeyValue("address", PeerAddress.of(channel))
        .addKeyValue("patterns", asked == null ? "all" : asked.size())
        .log("connected");
    patterns.note();
    if (query.initial() != null && !isEnded()) {
      begin(query.initial(), warnings);
    } else {
      greet(warnings, null);
    }
    if (query.resume() != null && !isEnded()) {
      cursor.resume(query.resume(), joinedAt, this::resumed);
    }
    if (context.isStopping()) {
      goAway();
    }
    readOn();
  }

  /// Stands still, looks for the events with which the client begins, and gives them.
  private void begin(ClientMessage.Initial wish, List<PatternWarning> warnings) {
    PatternQuery asked = query.events();
    cursor.beginAt(
        joinedAt,
        wish,
        () ->
            context
                .hub()
                .filter(asked.patterns(), asked.where(), membership.access().rights().subscribe()),
        (at, found) -> {
          InitialSearch.Found these = found == null ? InitialSearch.NONE_FOUND : found;
          cursor.giveInitial(these.sequences(), () -> {});
          greet(warnings, these);
        });
  }

  private void greet(List<PatternWarning> warnings, InitialSearch.@Nullable Found initial) {
    greeted = true;
    byte[] payload =
        ServerMessages.establishedPayload(
            id,
            epoch,
            joinedAt,
            context.hub().catalog().hash(),
            context.durability(),
            warnings,
            initial,
            context.clock());
    // Who loses the connection before he has what it begins with has to get that again.
    boolean begins = initial != null && initial.sequences().length > 0;
    long told = resuming || begins ? StreamText.UNKNOWN : joinedAt;
    say(out -> form.text().established(out, payload, told, pauseMillis()));
  }

  private void resumed(byte[] message, long since, boolean complete) {
    resuming = false;
    if (!complete || form.text().tellsEveryResumption()) {
      say(out -> form.text().message(out, message, since));
    }
  }

  /// Says something of the server's own.
  private void say(Consumer<ByteBuf> what) {
    if (isEnded() || !channel.isActive()) {
      return;
    }
    ByteBuf part = form.part(what, channel.alloc());
    if (part != null) {
      send(part);
    }
  }

  /// How long a client waits before it comes back. Each another time, so that not all come at once.
  private static int pauseMillis() {
    return 500 + ThreadLocalRandom.current().nextInt(Limits.RECONNECT_SPREAD_MILLIS);
  }

  /// The name that the client was told.
  @Override
  public String id() {
    return id;
  }

  @Override
  public ConnectionView view() {
    return new ConnectionView(
        id,
        membership.access().name(),
        visitor.sender().text(),
        query.kind().label(),
        since,
        detached ? List.of() : loop.shard().subscribed(this),
        cursor.position(),
        context.hub().log().state().newest(),
        detached ? Standing.CLOSING : cursor.standing(unreadBytes() > 0),
        unreadBytes(),
        allowance().isInDebt());
  }

  @Override
  public Form form() {
    return form;
  }

  @Override
  public boolean isLive() {
    return !isEnded() && !cursor.isLeaving() && channel.isActive();
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

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      cursor.noteRoom();
    }
  }

  @Override
  public void tick(long nowMillis) {
    if (isEnded()) {
      return;
    }
    readOn();
    look();
    if (isEnded()) {
      return;
    }
    output.advanced(false);
    boolean pulse = nowMillis - lastPulseMillis >= Limits.PULSE_MILLIS;
    if (output.stalledMillis() > cursor.patienceMillis()) {
      close(
          CloseCode.SLOW_CONSUMER,
          "Nothing was taken for " + output.stalledMillis() / 1_000 + " seconds");
    } else if ((pulse || isInputEnded()) && endIfGone()) {
      return;
    }
    if (pulse && !isEnded()) {
      lastPulseMillis = nowMillis;
      pulse();
      patterns.note(); // its share of what it has in common with others grows when they leave
    }
  }

  /// Ends the connection to a client that is not there any more, and can be told nothing.
  private boolean endIfGone() {
    switch (peer(Limits.SILENCE_MILLIS)) {
      case THERE -> {
        return false;
      }
      case RESET -> detach(CloseCodes.BROKEN, "the client has reset the connection");
      case SILENT -> detach(CloseCode.HEARTBEAT_TIMEOUT.code(), "nothing was acknowledged");
    }
    Ends.cut(channel);
    return true;
  }

  /// Draws the consequences of what has become of the client's rights, and says when they end soon.
  private void look() {
    Instant now = context.clock().instant();
    switch (membership.look(now).orElse(null)) {
      case Membership.Change.Ended ended -> {
        loop.trail()
            .note(Audit.What.CREDENTIAL_ENDED, membership.access().name(), visitor.sender(), null);
        close(CloseCode.CREDENTIAL_ENDED, "The credential has expired or was revoked");
      }
      case Membership.Change.Other(Access access) -> {
        if (!Door.mayFollow(access, query.events().wantsNothing())) {
          close(CloseCode.FORBIDDEN, Door.FORBIDDEN);
          return;
        }
        loop.shard().grant(this, access.rights().subscribe());
        // What was wanted and not granted is no gap.
        pulse();
        patterns.note();
      }
      case null -> {}
    }
    membership
        .takeNotice(now)
        .ifPresent(end -> say(out -> form.text().message(out, ServerMessages.expiring(end))));
  }

  /// Says where the client stands, so that it need not look at what it has passed when it comes back. Where something waits
  /// for it already, that says so.
  private void pulse() {
    if (greeted && unreadBytes() == 0 && epoch.equals(loop.shard().epoch())) {
      // Who loses the connection before he has what it begins with has to get that again.
      boolean owed = resuming || cursor.isBeginning();
      long position = owed ? StreamText.UNKNOWN : cursor.tellPosition();
      say(out -> form.text().pulse(out, position));
    }
  }

  @Override
  protected void probe() {
    pulse();
  }

  @Override
  public void leaveEarlierEpoch() {
    if (!epoch.equals(loop.shard().epoch())) {
      close(
          CloseCode.EPOCH_CHANGED, "The log has begun a new epoch: come back, and resume from it");
    }
  }

  @Override
  public void goAway() {
    if (isEnded()) {
      return;
    }
    // What was accepted before.
    loop.shard().catchUp(this);
    int after = pauseMillis();
    say(out -> form.text().reconnect(out, ServerMessages.reconnect(after), after));
    detach(CloseCode.GOING_AWAY.code(), "the server is going away");
    end();
  }

  /// Says why, unless there is no memory for it, and ends.
  @Override
  public void close(CloseCode code, String sentence) {
    if (isEnded()) {
      return;
    }
    byte[] message = ServerMessages.connectionError(code, sentence, context.clock());
    try {
      say(out -> form.text().message(out, message));
    } catch (OutOfMemoryError e) {
      loop.connections().noteUsedUp(e);
    }
    detach(code.code(), sentence);
    end();
  }

  @Override
  protected void failed() {
    close(CloseCode.INTERNAL_ERROR, "The server met a fault of its own");
  }

  private void detach(int code, String reason) {
    if (detached) {
      return;
    }
    detached = true;
    counters.noteClosed(code);
    patterns.end();
    cursor.end();
    loop.shard().leave(this);
    LOG.atDebug()
        .addKeyValue("connection", id)
        .addKeyValue("code", code)
        .addKeyValue("reason", reason)
        .log("disconnected");
  }

  @Override
  protected void gone() {
    loop.roster().leave(number, this);
    detach(CloseCodes.BROKEN, "the client has gone");
    countOff();
  }

  private void countOff() {
    if (counted) {
      counted = false;
      loop.quotas().disconnect(membership.access().name());
    }
  }
}
