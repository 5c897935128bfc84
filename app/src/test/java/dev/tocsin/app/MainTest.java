package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.WebSocketEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the program makes of its arguments, where no server is needed.
class MainTest {

  private final TestProcess process = new TestProcess();

  @Test
  void tellsItsVersion() {
    assertThat(process.run("--version")).isZero();
    assertThat(process.out()).matches("(?s)tocsin \\d+\\.\\d+\\.\\d+\\S*\\RJava .*");
  }

  /// Every command and those below it; the empty text is the program without one.
  static Stream<String> commands() {
    return Main.makers(new TestProcess().surroundings()).entrySet().stream()
        .flatMap(maker ->
            Stream.concat(
                Stream.of("", maker.getKey()),
                maker.getValue().get().getSubcommands().keySet().stream()
                    .map(below -> maker.getKey() + ' ' + below)))
        .distinct();
  }

  @Test
  void allCommandsAreTried() {
    assertThat(commands())
        .contains("", "serve", "stats", "doctor", "log copy", "bench echo", "bench handshakes");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelp(String command) {
    String[] args = (command + " --help").trim().split(" ", -1);

    assertThat(process.run(args)).isZero();

    assertThat(process.out()).contains("Usage:").contains("--log-level");
    assertThat(process.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nope --help",
        "serve --memory --data somewhere",
        "nonsense",
        "catalog",
        "catalog nonsense",
        "serve --nonsense",
        "serve extra",
        "serve --port",
        "serve --port x",
        "serve --port 70000",
        "serve --deflate-threshold -1",
        "serve --no-deflate-for",
        "serve --no-deflate-for a,,b",
        "serve --no-deflate-for alert.[a",
        "serve --tls-cert a.pem",
        "serve --tls-key a.pem",
        "serve --tls-client-ca a.pem",
        "serve --tls-cert a.pem --tls-client-ca b.pem",
        "bench echo --port 70000",
        "serve --port -1",
        "doctor --prot 1",
        "doctor extra",
        "doctor --memory --data somewhere",
        "doctor --port 70000",
        "doctor --tls-cert a.pem",
        "doctor --jwt-issuer x",
        "doctor --insecure --keys keys.json",
        "doctor --url ftp://x",
        "serve --insecure --keys keys.json",
        "serve --jwt-issuer x",
        "serve --proxy-roles-header X-Roles",
        "serve --proxy-user-header X-User",
        "serve --trust-proxy 10.0.0.0/33",
        "serve --trust-proxy nobody",
        "serve --max-connections-per-address -1",
        "serve --retain-bytes much",
        "serve --retain-bytes 0",
        "serve --transport carrier-pigeon",
        "serve --loops 0",
        "serve --loops 1025",
        "serve --loops all",
        "serve --log-level loud",
        "tail --url ftp://x",
        "tail --url http://",
        "tail --where nonsense",
        "tail --where {\"a\":[]}",
        "publish",
        "publish alert.created",
        "publish --payload {}",
        "publish alert.created --file x",
        "publish - --payload {}",
        "publish - --channel x",
        "publish a.b c",
        "catalog show",
        "validate",
        "validate alert.created",
        "validate alert.created --payload {} --file x",
        "validate alert.created x",
        "bridge",
        "bridge nonsense",
        "bridge --config x --listen 8081",
        "bridge status --url http://127.0.0.1:1 --state x",
        "bridge retry",
        "demo --speed 0",
        "demo --speed NaN",
        "demo --seconds -1",
        "demo --port 70000",
        "bench --rate 5 --in-flight 2",
        "bench --rate 0",
        "bench --rate x",
        "bench --in-flight 0",
        "bench --connections 0",
        "bench --audiences 0",
        "bench --audiences 2 --patterns *",
        "bench --batch 5",
        "bench --publish carrier-pigeon",
        "bench --pid 1",
        "bench --key somewhere",
        "bench --ca somewhere",
        "bench --url 127.0.0.1:1 --memory",
        "bench --url 127.0.0.1:1 --path /x",
        "bench --url 127.0.0.1:1 --pid 999999999",
        "bench --url 127.0.0.1:1 --type A.B",
        "bench --peer-protocol echo",
        "bench --peer-protocol smoke-signals",
        "bench --url 127.0.0.1:1 --peer-protocol nats --publish http",
        "bench --warm-connections 5",
        "bench handshakes",
        "bench handshakes --url http://127.0.0.1:1",
        "bench handshakes --url https://127.0.0.1:1 --at-once 0",
        "bench handshakes --url https://127.0.0.1:1 --pid 999999999"
      })
  void wrongUseIsExitCode2WithoutATrace(String command) {
    assertThat(process.run(command.split(" ", -1))).isEqualTo(2);

    assertThat(process.out()).isEmpty();
    assertThat(process.err())
        .startsWith("tocsin: ")
        .contains("--help' for its use.")
        .doesNotContain("\tat ");
  }

  @Test
  void noCommandIsWrongUse() {
    assertThat(process.run()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "catalog show alert.create,                    there is no event type \"alert.create\"",
    "catalog schema ping,                          ping has no payload",
    "catalog list --catalog /nowhere,              the catalog cannot be loaded",
    "validate x.y --payload {},                    there is no event type \"x.y\"",
    "validate alert.created --file /nowhere,       there is no such file",
    "publish --file /nowhere,                      there is no such file",
    "publish --file /,                             it is a folder",
    "publish a.b --payload {,                      the payload is refused: Not valid JSON",
    "tail --url http://127.0.0.1:1,                connection refused",
    "publish a.b --payload {} --url 127.0.0.1:1,   connection refused"
  })
  void aFailureIsExitCode1AndASentence(String command, String sentence) {
    assertThat(process.run(command.split(" ", -1))).isEqualTo(1);

    assertThat(process.out()).isEmpty();
    assertThat(process.err()).startsWith("tocsin: ").contains(sentence).doesNotContain("\tat ");
  }

  @Test
  void aFailureShowsItsTraceToWhoAsksForIt() {
    assertThat(process.run("tail", "--url", "127.0.0.1:1", "--debug")).isEqualTo(1);

    assertThat(process.err()).contains("\tat ");
  }

  @Test
  void whatAnArgumentSaysCannotHarmTheTerminal() {
    process.run("\u001b[2J");

    assertThat(process.err()).doesNotContain("\u001b").contains("\\u001b[2J");
  }

  @Test
  void anOptionComesFromTheEnvironment() {
    assertThat(process.with("TOCSIN_PORT", "x").run("serve")).isEqualTo(2);

    assertThat(process.err()).contains("--port is a whole number").contains("(from TOCSIN_PORT)");
  }

  @Test
  void theArgumentWinsOverTheEnvironment() {
    process.with("TOCSIN_PAYLOAD", "{").run("validate", "camera.enabled", "--payload", "{}");

    assertThat(process.out()).contains("/camera_id");
  }

  @ParameterizedTest
  @CsvSource({
    "validate alert.deleted --payload {\"id\":\"7\"}, TOCSIN_FILE, /nowhere, 0",
    "validate alert.deleted -,                        TOCSIN_PAYLOAD, {}, 0",
    "publish - --url 127.0.0.1:1 --retry 1s,          TOCSIN_CHANNEL, c, 1",
    "publish a.b --payload {} --url 127.0.0.1:1,      TOCSIN_FROM_LINE, 2, 1",
    "tail -n5 --url 127.0.0.1:1,                      TOCSIN_SINCE, 0, 1",
    "tail --latest --url 127.0.0.1:1,                 TOCSIN_LAST, 5, 1",
    "tail --since=0 --url 127.0.0.1:1,                TOCSIN_LATEST, true, 1",
    "serve --port 0 --memory --catalog /nowhere,      TOCSIN_DATA, d, 1",
    "serve --port 0 --memory --catalog /nowhere,      TOCSIN_JETSTREAM, nats://h, 1",
    "key list --keys /nowhere/keys.json,              TOCSIN_DATA, data, 0",
    "bench --connections 0 --memory,                  TOCSIN_URL, 127.0.0.1:1, 2",
  })
  void anArgumentWinsOverTheVariableOfAnOptionThatItExcludes(
      String line, String variable, String value, int code) {
    process.input("{\"id\":\"7\"}").with(variable, value);

    assertThat(process.run(line.split(" "))).as(process.err()).isEqualTo(code);
    assertThat(process.err()).doesNotContain("exclude", "leave out", "give the", "are for");
  }

  @Test
  void variablesThatExcludeEachOtherAreRefused() {
    process.with("TOCSIN_MEMORY", "true").with("TOCSIN_DATA", "d");

    assertThat(process.run("serve", "--port", "0")).isEqualTo(2);
    assertThat(process.err()).contains("leave out --data d");
  }

  @Test
  void aFlagAndALevelComeFromTheEnvironment() {
    process.with("TOCSIN_DEBUG", "1").with("TOCSIN_URL", "127.0.0.1:1").run("tail");

    assertThat(process.err()).contains("connection refused").contains("\tat ");
  }

  @Test
  void anEmptyVariableIsNone() {
    process.with("TOCSIN_DEBUG", "").with("TOCSIN_URL", "").run("validate", "x.y", "-");

    assertThat(process.err()).contains("there is no event type");
  }

  @Test
  void theCatalogIsListedInAlignedColumns() {
    assertThat(process.run("catalog", "list")).isZero();

    assertThat(process.outLines()).hasSize(EventCatalog.builtIn().allEventTypes().size() + 1);
    assertThat(process.outLines())
        .allSatisfy(line -> assertThat(line.substring(26, 28)).isEqualTo("  "))
        .anyMatch(line -> line.matches("alert\\.created {15}alerts {6}A rule matched .*"))
        .anyMatch(line -> line.matches("ping {24}- {11}Heartbeat question"));
  }

  @Test
  void anEventTypeIsShownWithItsFields() {
    assertThat(process.run("catalog", "show", "detection.batch")).isZero();

    assertThat(process.outLines())
        .anyMatch(line -> line.matches("channel +detections"))
        .anyMatch(line -> line.matches("batch_id +string +yes +.*"))
        .anyMatch(line -> line.matches("detections +list of DetectionNewPayload +yes +.*"))
        .anyMatch(line -> line.matches("frame_count +integer +no +.*"));
  }

  @Test
  void aSchemaIsPrintedAsJson() {
    assertThat(process.run("catalog", "schema", "alert.created")).isZero();

    assertThat(process.out()).startsWith("{").contains("2020-12/schema").contains("\"dedup_key\"");
  }

  @Test
  void aFolderAddsEventTypes(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("door.schema.json"),
        """
        {"x-tocsin-type":"door.opened","description":"A door was opened","type":"object",
         "properties":{"door":{"type":"string"}},"required":["door"]}
        """);

    assertThat(process.run("catalog", "show", "door.opened", "--catalog", folder.toString()))
        .isZero();

    assertThat(process.outLines()).anyMatch(line -> line.matches("door +string +yes"));
  }

  @Test
  void aValidPayloadIsValid() {
    assertThat(
            process
                .input("{\"camera_id\":\"c\",\"enabled_at\":\"2026-01-09T12:00:00Z\"}\n")
                .run("validate", "camera.enabled", "-"))
        .isZero();
    assertThat(process.out()).isEqualTo("valid" + System.lineSeparator());
  }

  @Test
  void aPayloadThatNoServerTakesIsNotValid() {
    String longest = "{\"id\":\"" + "x".repeat(WebSocketEvent.MAX_BYTES - 9) + "\"}";

    assertThat(new TestProcess().input(longest).run("validate", "alert.deleted", "-")).isZero();
    assertThat(process.input(longest + " ").run("validate", "alert.deleted", "-")).isEqualTo(1);
    assertThat(process.outLines()).containsExactly("The payload is larger than 65536 bytes");
  }

  @Test
  void aPayloadWithoutAnEndIsRefused() {
    InputStream endless =
        new InputStream() {
          private int given;

          @Override
          public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0];
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            given += length;
            assertThat(given).isLessThan(1 << 20);
            Arrays.fill(bytes, offset, offset + length, (byte) 'x');
            return length;
          }
        };

    assertThat(process.input(endless).run("validate", "alert.deleted", "-")).isEqualTo(1);
    assertThat(process.out()).contains("larger than");
  }

  @Test
  void everyFaultOfAPayloadIsTold() {
    assertThat(
            process.run(
                "validate",
                "detection.new",
                "--payload",
                "{\"detection_id\":1,\"label\":\"cat\",\"confidence\":1.5,\"camera_id\":\"c\"}"))
        .isEqualTo(1);
    assertThat(process.outLines())
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).matches("/detection_id +must be a string; was 1 \\(type\\)"),
            line -> assertThat(line).matches("/confidence +must be at most 1; .* \\(maximum\\)"),
            line -> assertThat(line).matches("/timestamp +timestamp is required \\(required\\)"));
  }

  @Test
  void whatIsNoJsonIsToldInASentence() {
    assertThat(process.run("validate", "detection.new", "--payload", "{")).isEqualTo(1);
    assertThat(process.out()).contains("JSON");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          tial | there is no command 'tial'; did you mean tail?
          catalog lst | there is no command 'lst'; did you mean list?
          serve --prot 1 | there is no option --prot; did you mean --port?
          serve --alow-origin=x | there is no option --alow-origin; did you mean --allow-origin?
          serve extra | what is 'extra'? It is one argument too many
          serve --port x | --port is a whole number such as 100; was 'x'
          serve --port 70000 | --port is a number from 0 to 65535; was 70000
          serve --loops 0 | --loops is a number from 1 to 1024; was 0
          demo --speed x | --speed is a number such as 2.5; was 'x'
          serve --durability none | --durability is one of process and power; was 'none'
          tail --since soon | 'soon' is neither a sequence such as 0 or 1200
          tail --since 5 -n 5 | --since and --last exclude each other
          tail --since 5 --latest | --since and --latest exclude each other
          tail -n 5 --latest | --last and --latest exclude each other
          tail -n 1001 | --last is a number from 0 to 1000; was 1001
          publish - --from-line 0 | --from-line counts from 1; was 0
          publish a.b --payload {} --from-line 2 | --from-line and --retry are for files
          serve --allow-host * | would let any web page reach the hub
          catalog | catalog needs a command: list, show, schema, types, openapi or asyncapi
          catalog show | TYPE is missing: the event type
          log copy | FILE is missing:
          serve --port | --port needs its PORT after it: a whole number such as 100
          serve --port --memory | --port needs its PORT after it: a whole number such as 100
          publish --payload | --payload needs its JSON after it
          tail -n | --last needs its N after it: a whole number such as 100
          serve --log-level | --log-level needs its LEVEL after it: one of off, error
          serve --port 1 --port 2 | --port is given twice; leave one of them out
          serve --host fe80::1 | the host fe80::1 is a link-local address, which each network card can have
          serve --host 224.0.0.1 | the host 224.0.0.1 is an address of many machines
          serve --host [ff02::1] | the host ff02::1 is an address of many machines
          serve --host 255.255.255.255 | is an address of many machines
          serve --host= | a host to listen on is an address such as 127.0.0.1
          serve --allow-host , | --allow-host is a name such as hub.example, or several with commas between; one of them is empty
          serve --data= | the name of a file or folder is not empty
          key list --keys= | the name of a file or folder is not empty
          key new -- -x --data d | what is '--data'? It is one argument too many
          serve --trust-proxy 10 | a network is an address such as 10.1.2.3, or several such as 10.0.0.0/8; was '10'
          serve --allow-host= | --allow-host is a name such as hub.example
          serve --allow-origin https://a.example,, | --allow-origin is an origin such as https://console.example
          demo --allow-host a,,b | --allow-host is a name such as hub.example
          serve --allow-host xn--99999999999 | 'xn--99999999999' is not the name of a host: xn--99999999999 says no name in another script
          serve --allow-origin https://a.xn--9 | is not the name of a host: xn--9 says no name in another script
          tail --url http://xn--99999999999 | --url "http://xn--99999999999" names no host: xn--99999999999 says no name
          tail --url ws:// | --url "ws://" names no host; an address is like http://127.0.0.1:8080
          tail --url http://h/%zz | --url "http://h/%zz" has a % that no two hexadecimal digits follow; an
          tail --url http://h/a^b | has a '^', which no address has; an address is like
          tail --url h^b | "h^b" has a '^', which no address has; an address is like
          """)
  void wrongUseSaysWhatWouldBeRight(String command, String sentence) {
    assertThat(process.run(command.split(" ", -1))).isEqualTo(2);

    assertThat(process.err()).startsWith("tocsin: ").contains(sentence).doesNotContain("parameter");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--port=", "--port=x"})
  void theEnvironmentIsNotBlamedForAnArgument(String argument) {
    assertThat(process.with("TOCSIN_PORT", "x").run("serve", argument)).isEqualTo(2);

    assertThat(process.err()).contains("--port is a whole number").doesNotContain("TOCSIN_PORT");
  }

  @Test
  void anArgumentThatIsEmptyDidNotComeFromTheEnvironment() {
    assertThat(process.run("serve", "--port", "")).isEqualTo(2);

    assertThat(process.err()).contains("was ''").doesNotContain("TOCSIN_PORT");
  }

  @Test
  void aVariableThatIsNoOptionIsWarnedOf() {
    process.with("TOCSIN_PROT", "1").with("TOCSIN_JAVA_OPTS", "-Xmx1g").with("TOCSIN_SPEED", "2");

    assertThat(process.run("catalog", "list")).isZero();

    assertThat(process.err().lines())
        .containsExactly("warning: there is no option for TOCSIN_PROT; did you mean TOCSIN_PORT?");
  }

  @Test
  void aPortInTheEnvironmentIsNoServerToAskAndThatIsTold() {
    assertThat(process.with("TOCSIN_PORT", "1").run("publish", "a.b", "--payload", "{"))
        .isEqualTo(1);

    assertThat(process.err().lines())
        .first()
        .isEqualTo(
            "note: TOCSIN_PORT=1 is passed over: TOCSIN_URL says which server this command asks");
  }

  @ParameterizedTest
  @CsvSource({
    "publish a.b --payload { --url 127.0.0.1:1, 1, ''",
    "publish a.b --payload {,                   1, 127.0.0.1:1",
    "publish a.b --payload {,                   '', ''",
    "publish a.b --payload {,                   tcp://10.0.0.7:8080, ''",
    "validate a.b --payload {,                  1, ''",
  })
  void aPortInTheEnvironmentIsNotToldOfWhereItMisleadsNobody(
      String command, String port, String url) {
    process.with("TOCSIN_PORT", port).with("TOCSIN_URL", url);

    assertThat(process.run(command.split(" ", -1))).isEqualTo(1);

    assertThat(process.err()).doesNotContain("TOCSIN");
  }

  @ParameterizedTest
  @CsvSource({
    "serve,          TOCSIN_PORT=9000 for --port 9000.",
    "demo,           TOCSIN_PORT=9000 for --port 9000.",
    "bench echo,     TOCSIN_PORT=9000 for --port 9000.",
    "tail,           TOCSIN_URL=http://127.0.0.1:9000 for --url.",
    "publish,        TOCSIN_URL=http://127.0.0.1:9000 for --url.",
    "stats,          TOCSIN_URL=http://127.0.0.1:9000 for --url.",
    "catalog schema, TOCSIN_LOG_LEVEL=debug for --log-level debug.",
  })
  void theHelpNamesAVariableOfTheCommand(String command, String example) {
    process.run((command + " --help").split(" ", -1));

    assertThat(process.out())
        .contains("Every option can also be given in the environment: ")
        .contains(example);
  }

  @Test
  void whatKubernetesSetsForAServiceIsPassedOverAndTold() {
    process
        .with("TOCSIN_PORT", "tcp://10.0.0.7:8080")
        .with("TOCSIN_SERVICE_HOST", "10.0.0.7")
        .with("TOCSIN_SERVICE_PORT", "8080")
        .with("TOCSIN_SERVICE_PORT_HTTP", "8080")
        .with("TOCSIN_PORT_8080_TCP", "tcp://10.0.0.7:8080")
        .with("TOCSIN_PORT_8080_TCP_ADDR", "10.0.0.7");

    assertThat(process.run("demo", "--seconds", "-1")).isEqualTo(2);

    assertThat(process.err())
        .contains("note: TOCSIN_PORT=tcp://10.0.0.7:8080 is passed over")
        .contains("--seconds")
        .doesNotContain("warning");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "catalog list",
        "catalog show alert.deleted",
        "catalog schema alert.deleted",
        "catalog types",
        "catalog openapi",
        "catalog asyncapi",
        "validate alert.deleted --payload {\"id\":\"7\"}",
        "validate alert.deleted --payload {}",
        "serve --memory --port 0",
        "demo --port 0 --seconds 1",
      })
  void outputThatCannotBeWrittenIsAFailureAndASentence(String command) {
    process.outputFails("No space left on device");

    assertThat(process.run(command.split(" ", -1))).isEqualTo(1);

    assertThat(process.err())
        .containsOnlyOnce("tocsin: cannot write to standard output: No space left on device");
  }

  /// Java throws it where it finds no room outside the heap; the JVM goes on then.
  @Test
  void memoryThatIsUsedUpIsAFailureAndASentence() {
    AtomicBoolean thrown = new AtomicBoolean();
    process.outputTo(
        new OutputStream() {
          @Override
          public void write(int b) {
            if (thrown.compareAndSet(false, true)) {
              throw new OutOfMemoryError("Cannot reserve 4096 bytes");
            }
          }
        });

    assertThat(process.run("catalog", "list")).isEqualTo(3);

    assertThat(process.err().lines())
        .containsExactly("tocsin: out of memory: Cannot reserve 4096 bytes");
  }

  @Test
  void thatNobodyReadsTheOutputIsNoFailure() {
    process.outputFails("Broken pipe");

    assertThat(process.run("catalog", "list")).isZero();

    assertThat(process.err()).isEmpty();
  }

  @Test
  void everyExampleOfTheCatalogCanBePastedIntoAShell() {
    for (EventType type : EventCatalog.builtIn().allEventTypes()) {
      TestProcess show = new TestProcess();
      show.run("catalog", "show", type.name());
      String command =
          show.outLines().stream()
              .filter(line -> line.startsWith("  tocsin publish"))
              .findFirst()
              .orElse("");
      if (type.reserved()) {
        assertThat(command).isEmpty();
        continue;
      }
      // What a shell makes of one word in single quotes.
      String payload =
          command
              .substring(command.indexOf(" '") + 2, command.lastIndexOf('\''))
              .replace("'\\''", "'");
      assertThat(new TestProcess().run("validate", type.name(), "--payload", payload)).isZero();
    }
  }

  @Test
  void linesFitTheTerminal() {
    process.onTerminal(70);

    assertThat(process.run("catalog", "list")).isZero();

    assertThat(process.outLines())
        .hasSizeGreaterThan(EventCatalog.builtIn().allEventTypes().size())
        .allMatch(line -> line.length() <= 70);
  }

  @Test
  void helpFitsTheTerminal() {
    process.onTerminal(72).run("serve", "--help");

    assertThat(process.outLines())
        .allMatch(line -> line.replaceAll("\u001b\\[[0-9;]*m", "").length() <= 72);
  }
}
