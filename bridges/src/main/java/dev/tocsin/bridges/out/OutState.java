package dev.tocsin.bridges.out;

import dev.tocsin.bridges.bridge.StateFile;
import dev.tocsin.bridges.hub.HubPosition;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How far a bridge that sends out has come, what its receiver has noted beside that, whether it has ended, and whether it is
/// sending again what was set aside; over a restart. One thread.
///
/// It is written when something has ended or begun, after [#MAX_UNSAVED] events and after a second: what comes out of a process
/// that was killed in between is sent once more.
public final class OutState {

  /// How many events may be sent before the position is written.
  static final int MAX_UNSAVED = 100;

  /// How long the position may be unwritten.
  static final long MAX_UNSAVED_MILLIS = 1_000;

  private final @Nullable StateFile file;
  private final String target;
  private BooleanSupplier beforeWriting = () -> true;

  private volatile @Nullable HubPosition position;
  private @Nullable JsonNode note;
  private @Nullable String end;
  private boolean isSendingAgain;
  private boolean isDamaged;
  private boolean isUnsaved;
  private int unsaved;
  private long savedAt;

  /// Reads what was written last.
  ///
  /// @param file `null` for memory alone
  /// @param target where the bridge sends to
  OutState(@Nullable StateFile file, String target) {
    this.file = file;
    this.target = target;
    Optional<JsonNode> read = file == null ? Optional.empty() : file.read();
    isDamaged = file != null && read.isEmpty() && file.exists();
    read.ifPresent(this::restore);
  }

  private void restore(JsonNode state) {
    String epoch = state.path("epoch").stringValue("");
    JsonNode sequence = state.path("sequence");
    if (epoch.isEmpty() || !sequence.canConvertToLong() || sequence.longValue() < 0) {
      isDamaged = true;
      return;
    }
    position = new HubPosition(epoch, sequence.longValue());
    note = state.has("note") ? state.get("note") : null;
    isSendingAgain = state.path("again").booleanValue(false);
    JsonNode ended = state.path("ended");
    // Another place may want what the one before did not.
    end = ended.path("target").stringValue("").equals(target) ? sentence(ended) : null;
  }

  private static String sentence(JsonNode ended) {
    return ended.path("sentence").stringValue("it has ended");
  }

  /// Before which all is done with; `null` when the bridge has never run.
  public @Nullable HubPosition position() {
    return position;
  }

  /// Whether the position was there and could not be read: then only the oldest event is a place from which none is missing.
  boolean isDamaged() {
    return isDamaged;
  }

  /// Comes further; is written when it is time.
  ///
  /// @param events how many were sent
  public void advance(HubPosition to, int events) {
    isUnsaved |= !to.equals(position);
    position = to;
    unsaved += events;
    if (unsaved >= MAX_UNSAVED) {
      save();
    } else {
      saveIfDue();
    }
  }

  /// Comes to another place than the events lead to; is written at once.
  ///
  /// @return whether it has been written
  boolean moveTo(HubPosition to) {
    position = to;
    isUnsaved = true;
    return save();
  }

  /// What the receiver has noted; `null` when it has noted nothing.
  public @Nullable JsonNode note() {
    return note;
  }

  /// Notes something of the receiver's, which is written with the position.
  public void note(JsonNode now) {
    isUnsaved |= !now.equals(note);
    note = now;
  }

  /// Has something done before the position is written, which is not written when that fails.
  public void beforeWriting(BooleanSupplier flush) {
    beforeWriting = flush;
  }

  /// Why nothing is sent any more; `null` when that is not so.
  @Nullable String end() {
    return end;
  }

  void endWith(String sentence) {
    end = sentence;
    isUnsaved = true;
    save();
  }

  void beginAgain() {
    end = null;
    isUnsaved = true;
    save();
  }

  /// Whether what was set aside is being sent again.
  boolean isSendingAgain() {
    return isSendingAgain;
  }

  void sendAgain(boolean is) {
    isSendingAgain = is;
    isUnsaved = true;
    save();
  }

  /// Writes what has changed more than a second ago.
  void saveIfDue() {
    if (isUnsaved && System.nanoTime() - savedAt >= MAX_UNSAVED_MILLIS * 1_000_000) {
      save();
    }
  }

  /// Writes what has changed.
  ///
  /// @return whether that is on disk now, or there is none
  public boolean save() {
    HubPosition now = position;
    if (!isUnsaved || now == null) {
      return true;
    }
    // What is to be done before may note something.
    boolean isReady = beforeWriting.getAsBoolean();
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    state.put("epoch", now.epoch());
    state.put("sequence", now.sequence());
    if (note != null) {
      state.set("note", note);
    }
    if (end != null) {
      state.putObject("ended").put("target", target).put("sentence", end);
    }
    if (isSendingAgain) {
      state.put("again", true);
    }
    boolean isWritten = isReady && (file == null || file.write(state));
    savedAt = System.nanoTime();
    unsaved = 0;
    isUnsaved = !isWritten;
    return isWritten;
  }
}
