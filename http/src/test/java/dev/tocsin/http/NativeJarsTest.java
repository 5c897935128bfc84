package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.tocsin.fixtures.RecordedLogs;
import io.netty.channel.epoll.Epoll;
import io.netty.util.Version;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What carries the connections where Netty's native jars are missing, or another Netty's. Each in a JVM of its own, whose
/// class path is that of the test but for the jars: Netty loads what is native once.
class NativeJarsTest {

  private static final String EPOLL = "netty-transport-native-epoll";
  private static final String IO_URING = "netty-transport-native-io_uring";

  @TempDir private Path folder;

  /// The program of that JVM: opens loops, and tells what came of it and all that was logged.
  static final class Opening {
    public static void main(String[] args) {
      try {
        EventLoops loops = EventLoops.open(Transport.valueOf(args[0]), args.length > 1, 1);
        System.out.println(loops.transport());
      } catch (StartFailedException e) {
        System.out.println(e.getMessage());
      }
      RecordedLogs.take().forEach(System.out::println);
      RecordedLogs.takeInformation().forEach(System.out::println);
    }
  }

  @BeforeEach
  void needsLinux() {
    assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
  }

  private static Stream<String> classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator));
  }

  private static List<String> without(String... jars) {
    return classPath().filter(entry -> Arrays.stream(jars).noneMatch(entry::contains)).toList();
  }

  /// The whole class path, on which Maven's note of these jars says that they are of another version.
  private List<String> withOther(String... jars) throws Exception {
    for (String jar : jars) {
      Path note = folder.resolve("META-INF/maven/io.netty/" + jar + "/pom.properties");
      Files.createDirectories(note.getParent());
      Files.writeString(note, "artifactId=" + jar + "\ngroupId=io.netty\nversion=4.2.1.Final\n");
    }
    return Stream.concat(Stream.of(folder.toString()), classPath()).toList();
  }

  private static List<String> open(List<String> classPath, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                String.join(File.pathSeparator, classPath),
                Opening.class.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      List<String> lines = process.inputReader().lines().toList();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }

  private static String netty() {
    return Version.identify().get("netty-common").artifactVersion();
  }

  @Test
  void whereTheyAreMissingItIsNioAndOneLineSaysSo() throws Exception {
    assertThat(open(without(EPOLL, IO_URING), "AUTO"))
        .containsExactly(
            "nio",
            "INFO dev.tocsin.http.EventLoops: sockets are those of the JDK (nio): "
                + EPOLL
                + " is not on the class path (tocsin-natives brings it)");
  }

  @Test
  void withTlsAsWell() throws Exception {
    assertThat(open(without(EPOLL, IO_URING), "AUTO", "tls"))
        .hasSize(2)
        .startsWith("nio")
        .last()
        .asString()
        .startsWith("INFO");
  }

  @Test
  void anotherNettysAreNotLoadedAndOneLineSaysSo() throws Exception {
    assertThat(open(withOther(EPOLL, IO_URING), "AUTO"))
        .containsExactly(
            "nio",
            "WARN dev.tocsin.http.EventLoops: sockets are those of the JDK (nio): "
                + EPOLL
                + " is 4.2.1.Final, but netty-transport-classes-epoll is "
                + netty());
  }

  @Test
  void theOneThatFitsIsTaken() throws Exception {
    assumeThat(Epoll.isAvailable()).isTrue();

    assertThat(open(withOther(IO_URING), "AUTO")).containsExactly("epoll");
    assertThat(open(without(IO_URING), "AUTO")).containsExactly("epoll");
  }

  @Test
  void whoeverAsksForOneIsToldWhyItCannotBe() throws Exception {
    assertThat(open(without(EPOLL, IO_URING), "IO_URING"))
        .containsExactly(
            "the transport io_uring does not work on this machine: "
                + IO_URING
                + " is not on the class path (tocsin-natives brings it)");
    assertThat(open(withOther(EPOLL), "EPOLL"))
        .containsExactly(
            "the transport epoll does not work on this machine: "
                + EPOLL
                + " is 4.2.1.Final, but netty-transport-classes-epoll is "
                + netty());
  }

  @Test
  void whoeverAsksForNioIsToldNothing() throws Exception {
    assertThat(open(without(EPOLL, IO_URING), "NIO")).containsExactly("nio");
  }
}
