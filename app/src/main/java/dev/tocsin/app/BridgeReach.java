package dev.tocsin.app;

import dev.tocsin.bridges.bridge.OtherSide;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The other sides of bridges, the brokers and receivers that a file names, and whether anybody answers there. Connects and
/// says nothing: whether a password is right only the bridge finds out.
final class BridgeReach {

  /// How long one is waited for; all are asked at the same time.
  private static final int PATIENCE_MILLIS = 3_000;

  private BridgeReach() {}

  /// Why nobody can be reached there; empty when somebody can.
  private static String silence(OtherSide side) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(side.host(), side.port()), PATIENCE_MILLIS);
      return "";
    } catch (UnknownHostException e) {
      return "no such host";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /// Tells of each whether it was reached.
  static void look(List<OtherSide> sides, Findings findings) throws Failure {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> asked =
          sides.stream()
              .map(side -> threads.submit((Callable<String>) () -> silence(side)))
              .toList();
      for (int i = 0; i < asked.size(); i++) {
        tell(sides.get(i), asked.get(i).get(), findings);
      }
    } catch (ExecutionException | InterruptedException e) {
      throw new Failure("the other sides of bridges cannot be looked for: " + e, e);
    }
  }

  private static void tell(OtherSide side, String silence, Findings findings) {
    if (silence.isEmpty()) {
      findings.good("bridges", side.bridge() + ": somebody answers at " + side.address());
    } else {
      findings.mend(
          "bridges",
          side.bridge() + ": nobody answers at " + side.address() + " (" + silence + ')',
          "see whether it runs there, and what is between; the bridge tries again by itself");
    }
  }
}
