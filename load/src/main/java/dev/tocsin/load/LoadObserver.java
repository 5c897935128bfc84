package dev.tocsin.load;

import java.time.Duration;

/// Whoever has a run done: waits in its stead, and may watch. Called by the thread that runs it.
public interface LoadObserver {

  /// Waits.
  ///
  /// @return whether the run is to end early
  boolean pause(Duration time);

  /// What is going on, now and then.
  ///
  /// @param what a few words, for instance `connected 40 of 100`
  void progress(String what);
}
