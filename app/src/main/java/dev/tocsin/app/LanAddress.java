package dev.tocsin.app;

import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Optional;

/// By which address others in the network reach this machine.
final class LanAddress {

  private LanAddress() {}

  /// A URL that can be typed on another machine, for a server that listens on every address; as it is for any other.
  static String reachable(String url) {
    boolean isEvery = url.contains("//0.0.0.0:") || url.contains("//[::]:");
    return isEvery
        ? url.replaceFirst("//(0\\.0\\.0\\.0|\\[::]):", "//" + any().orElse("127.0.0.1") + ":")
        : url;
  }

  /// An IPv4 address of a network card that is up.
  private static Optional<String> any() {
    try {
      return NetworkInterface.networkInterfaces()
          .filter(LanAddress::isUp)
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
          .map(address -> address.getHostAddress())
          .findFirst();
    } catch (SocketException e) {
      return Optional.empty();
    }
  }

  private static boolean isUp(NetworkInterface card) {
    try {
      return card.isUp() && !card.isLoopback();
    } catch (SocketException e) {
      return false;
    }
  }
}
