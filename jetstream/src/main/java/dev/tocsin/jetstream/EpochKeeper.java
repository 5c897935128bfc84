package dev.tocsin.jetstream;

import dev.tocsin.hub.Stretch;
import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Decides whether the epoch goes on: holds what is known of the log against the stream as its leader has it, and the record in
/// the bucket against both.
///
/// Blocks. Of the thread that opens the log, and later of the follower's.
final class EpochKeeper {

  private static final Logger LOG = LoggerFactory.getLogger(EpochKeeper.class);

  /// How long a stream whose head is below ours may take to come back to it: a new leader is still reading its log.
  static final long PATIENCE_NANOS = 5_000_000_000L;

  /// How often the record is tried to be written before somebody else has to be asked what he does.
  private static final int TRIES = 20;

  /// How the log stands with a stream that was looked at.
  ///
  /// @param epoch the name of the epoch
  /// @param info the stream
  /// @param isNew whether the epoch is another one than before
  /// @param foreign for whoever begins with this epoch: where there may be messages that are no event
  record Verdict(String epoch, StreamInfo info, boolean isNew, List<Stretch> foreign) {

    /// For whoever begins with the epoch of a record.
    static Verdict of(EpochRecord record, StreamInfo info, boolean isNew) {
      List<Stretch> foreign = new ArrayList<>(record.foreign());
      if (info.last() > record.sequence()) {
        foreign.add(new Stretch(record.sequence() + 1, info.last()));
      }
      return new Verdict(record.epoch(), info, isNew, foreign);
    }

    /// For whoever goes on with an epoch.
    static Verdict same(String epoch, StreamInfo info) {
      return new Verdict(epoch, info, false, List.of());
    }
  }

  /// Nobody can say at the moment.
  static final class UndecidedException extends Exception {

    private static final long serialVersionUID = 1;

    private final boolean gone;

    UndecidedException(String reason) {
      this(reason, false);
    }

    UndecidedException(String reason, boolean gone) {
      super(reason);
      this.gone = gone;
    }

    /// Whether there is no stream at all.
    boolean isStreamGone() {
      return gone;
    }
  }

  private final String stream;
  private final boolean create;
  private final JetStreamApi api;
  private final StreamLeader leader;
  private final EpochBucket bucket;
  private final RandomGenerator random;
  private final ForeignParts foreign;
  private final Function<JsonNode, @Nullable String> fault;

  // owned by the thread that decides
  private long belowSinceNanos;
  private boolean below;
  private @Nullable String created;
  private @Nullable String refused;

  /// @param foreign what is known of messages that are no event
  /// @param fault says of a stream's configuration why it is refused; `null` where it is not
  EpochKeeper(
      JetStreamSettings settings,
      JetStreamApi api,
      EpochBucket bucket,
      RandomGenerator random,
      ForeignParts foreign,
      Function<JsonNode, @Nullable String> fault) {
    this.stream = settings.stream();
    this.create = settings.create();
    this.api = api;
    this.leader = new StreamLeader(api, settings.stream());
    this.bucket = bucket;
    this.random = random;
    this.foreign = foreign;
    this.fault = fault;
  }

  /// Decides at the start, when nothing is known but the record and what this gateway has noted.
  ///
  /// @param noted `null` when there is no note
  Verdict begin(HeadNote.@Nullable Known noted) throws UndecidedException, InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      StreamInfo info = info();
      EpochBucket.Content content = content();
      switch (content) {
        case EpochBucket.Content.Found(EpochRecord found) -> {
          boolean same =
              found.created().equals(info.created())
                  && isThere(info, found.sequence(), found.sequence(), found.digest())
                  && (noted == null
                      || !noted.epoch().equals(found.epoch())
                      || isThere(info, noted.newest(), noted.witness(), noted.digest()));
          if (same) {
            created = info.created();
            return Verdict.of(found, info, false);
          }
          Verdict verdict =
              write(fresh(info, found.revision()), info, "the stream is not the one it was");
          if (verdict != null) {
            return verdict;
          }
        }
        case EpochBucket.Content.Absent(long revision, boolean there) -> {
          Verdict verdict =
              write(
                  fresh(info, revision),
                  info,
                  info.last() == 0 ? null : "its bucket does not say which epoch this is");
          if (verdict != null) {
            return verdict;
          }
        }
        case EpochBucket.Content.Unknown(String reason) -> throw new UndecidedException(reason);
      }
    }
    throw new UndecidedException("other gateways change the epoch again and again");
  }

  /// Begins a new epoch, whatever is known: for a stream that was copied, in which all messages are events.
  ///
  /// @param info the stream, which nobody writes to
  Verdict renew(StreamInfo info) throws UndecidedException, InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      Verdict verdict =
          switch (content()) {
            case EpochBucket.Content.Found(EpochRecord found) ->
                write(fresh(info, found.revision(), List.of()), info, null);
            case EpochBucket.Content.Absent(long revision, boolean there) ->
                write(fresh(info, revision, List.of()), info, null);
            case EpochBucket.Content.Unknown(String reason) -> throw new UndecidedException(reason);
          };
      if (verdict != null) {
        return verdict;
      }
    }
    throw new UndecidedException("gateways change the epoch again and again");
  }

  /// Decides when something is known.
  ///
  /// @param epoch the present epoch
  /// @param newest the newest sequence that was handed on
  /// @param last the newest event that was; `null` when none is known
  /// @param suspected whether another epoch may have begun already: then only the bucket's leader can say
  Verdict check(String epoch, long newest, @Nullable Witness last, boolean suspected)
      throws UndecidedException, InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      StreamInfo info = info();
      boolean another = !info.created().equals(created);
      boolean wentBack =
          another
              || isBelow(info, newest)
              || (last != null
                  && last.sequence() >= info.first()
                  && !isStill(last.sequence(), last.digest()));
      if (!wentBack && !suspected && isKnown(epoch)) {
        return Verdict.same(epoch, info);
      }
      Verdict verdict =
          decide(
              info,
              epoch,
              newest,
              wentBack,
              another ? "the stream is another one" : "the stream went back");
      if (verdict != null) {
        return verdict;
      }
    }
    throw new UndecidedException("other gateways change the epoch again and again");
  }

  /// Whether the record still says an epoch, as far as the bucket's leader says or, when it says nothing, any server that has
  /// the bucket. What such a server says may be a moment old, as is what is read of the record while the stream is followed.
  private boolean isKnown(String epoch) throws InterruptedException {
    return switch (bucket.readUntilAnswered(JetStreamApi.SOON)) {
      case EpochBucket.Content.Found(EpochRecord found) -> found.epoch().equals(epoch);
      case EpochBucket.Content.Absent absent -> false;
      case EpochBucket.Content.Unknown unknown -> bucket.anyKnows(epoch);
    };
  }

  private @Nullable Verdict decide(
      StreamInfo info, String epoch, long newest, boolean wentBack, String reason)
      throws UndecidedException, InterruptedException {
    return switch (content()) {
      case EpochBucket.Content.Found(EpochRecord found) when !found.epoch().equals(epoch) -> {
        // Somebody else has seen it first.
        created = info.created();
        yield Verdict.of(found, info, true);
      }
      case EpochBucket.Content.Found(EpochRecord found) -> {
        if (wentBack) {
          yield write(fresh(info, found.revision()), info, reason);
        }
        yield Verdict.same(epoch, info);
      }
      case EpochBucket.Content.Absent(long revision, boolean there) -> {
        if (wentBack) {
          yield write(fresh(info, revision), info, reason);
        }
        // This gateway has been there all the time, and knows.
        List<Stretch> parts = new ArrayList<>(foreign.recorded());
        parts.addAll(stretch(newest + 1, info.last()));
        EpochRecord record = fingerprint(info, epoch, parts, revision);
        Verdict put = write(record, info, null);
        if (put != null) {
          LOG.atWarn()
              .addKeyValue("epoch", epoch)
              .log("the record of the epoch was gone: put back");
        }
        yield put == null ? null : Verdict.same(epoch, info);
      }
      case EpochBucket.Content.Unknown(String unknown) -> throw new UndecidedException(unknown);
    };
  }

  /// Whether the stream's head is below ours, and stays there.
  private boolean isBelow(StreamInfo info, long newest) throws UndecidedException {
    if (info.last() >= newest) {
      below = false;
      return false;
    }
    long now = System.nanoTime();
    if (!below) {
      below = true;
      belowSinceNanos = now;
    }
    if (now - belowSinceNanos < PATIENCE_NANOS) {
      throw new UndecidedException(
          "the stream's newest event is "
              + info.last()
              + ", but "
              + newest
              + " was there: its leader may still be reading");
    }
    below = false;
    return true;
  }

  /// Whether all that was there is, or had to go, or was lost.
  ///
  /// @param newest the newest sequence that was
  /// @param sequence of an event that was; 0 for none
  private boolean isThere(StreamInfo info, long newest, long sequence, String digest)
      throws UndecidedException, InterruptedException {
    StreamInfo now = info;
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (now.last() < newest && System.nanoTime() < end) {
      Thread.sleep(100);
      now = info();
    }
    return now.last() >= newest
        && (sequence == 0 || sequence < now.first() || isStill(sequence, digest));
  }

  /// Whether an event is the same, or lost. One that was lost is told as a gap; it says nothing of the others.
  private boolean isStill(long sequence, String digest)
      throws UndecidedException, InterruptedException {
    return switch (leader.messageUntilAnswered(sequence)) {
      case StreamLeader.Message.Found(StoredMessage message) ->
          new Witness(sequence, message.body()).digest().equals(digest);
      case StreamLeader.Message.Lost lost -> true;
      case StreamLeader.Message.Unsaid(String reason) -> throw new UndecidedException(reason);
    };
  }

  private StreamInfo info() throws UndecidedException, InterruptedException {
    Answer answer = api.askUntilAnswered("STREAM.INFO." + stream, null);
    if (answer instanceof Answer.Done(JsonNode json)) {
      StreamInfo info = StreamInfo.of(json);
      if (info.copy().unfinished() != null) {
        throw new UndecidedException(CopyMarks.refusal(stream));
      }
      refuse(fault.apply(json.path("config")));
      return info;
    }
    if (answer instanceof Answer.Refused refused
        && refused.code() == JetStreamApi.STREAM_NOT_FOUND) {
      throw new UndecidedException("the stream " + stream + " is gone", true);
    }
    throw new UndecidedException(String.valueOf(answer.fault()));
  }

  /// Goes no further with a stream whose settings are others than those of the start, until they are changed back.
  private void refuse(@Nullable String reason) throws UndecidedException {
    if (reason != null && !reason.equals(refused)) {
      LOG.atError().addKeyValue("reason", reason).log("the stream is not used any more");
    }
    refused = reason;
    if (reason != null) {
      throw new UndecidedException(reason);
    }
  }

  private EpochBucket.Content content() throws InterruptedException {
    return bucket.readUntilAnswered(JetStreamApi.PATIENCE);
  }

  /// A record of a new epoch for a stream that nobody has looked through.
  private EpochRecord fresh(StreamInfo info, long revision)
      throws UndecidedException, InterruptedException {
    return fresh(info, revision, stretch(info.first(), info.last()));
  }

  private static List<Stretch> stretch(long from, long to) {
    return from > to ? List.of() : List.of(new Stretch(from, to));
  }

  private EpochRecord fresh(StreamInfo info, long revision, List<Stretch> parts)
      throws UndecidedException, InterruptedException {
    byte[] name = new byte[8];
    random.nextBytes(name);
    return fingerprint(info, HexFormat.of().formatHex(name), parts, revision);
  }

  /// A record that the stream's newest event vouches for.
  private EpochRecord fingerprint(StreamInfo info, String epoch, List<Stretch> parts, long revision)
      throws UndecidedException, InterruptedException {
    EpochRecord unvouched = new EpochRecord(epoch, info.created(), 0, "", parts, revision);
    if (info.first() > info.last()) {
      return unvouched;
    }
    return switch (leader.messageUntilAnswered(info.last())) {
      case StreamLeader.Message.Found(StoredMessage message) ->
          unvouched.at(info.last(), new Witness(info.last(), message.body()).digest(), parts);
      case StreamLeader.Message.Lost lost -> unvouched;
      case StreamLeader.Message.Unsaid(String reason) -> throw new UndecidedException(reason);
    };
  }

  /// Writes a record, unless another was faster: then `null`.
  ///
  /// @param reason why it is a new epoch, for the log; `null` to say nothing
  private @Nullable Verdict write(EpochRecord record, StreamInfo info, @Nullable String reason)
      throws UndecidedException {
    Answer answer = bucket.put(record).join();
    if (answer instanceof Answer.Silent(String silence, boolean nobody) && nobody) {
      // No bucket, or no leader of it.
      if (!create) {
        throw new UndecidedException(
            "nobody answers for the bucket KV_"
                + stream
                + ", and this gateway may not create it (--jetstream-create=false)");
      }
      String fault = bucket.create().join().fault();
      if (fault != null) {
        throw new UndecidedException("the bucket of the epoch cannot be made: " + fault);
      }
      answer = bucket.put(record).join();
    }
    return switch (answer) {
      case Answer.Done done -> {
        created = info.created();
        if (reason != null) {
          LOG.atWarn()
              .addKeyValue("epoch", record.epoch())
              .addKeyValue("reason", reason)
              .log("this gateway begins a new epoch");
        }
        yield Verdict.of(record, info, true);
      }
      case Answer.Refused(int status, int code, String words) -> {
        if (code == JetStreamApi.WRONG_LAST_SEQUENCE
            || code == JetStreamApi.WRONG_LAST_SEQUENCE_CONSTANT) {
          yield null;
        }
        throw new UndecidedException("the record of the epoch cannot be written: " + words);
      }
      case Answer.Silent(String silence, boolean nobody) -> throw new UndecidedException(silence);
    };
  }
}
