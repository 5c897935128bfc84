package dev.tocsin.http;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.fixtures.RecordedLogs;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileTreeTest {

  private static final AnswerPolicy POLICY =
      new AnswerPolicy(
          "no-cache",
          Map.of(
              "Content-Security-Policy",
              "default-src 'self'",
              "X-Content-Type-Options",
              "nosniff"));
  private static final Pattern TAG = Pattern.compile("etag: (\\S+)", Pattern.CASE_INSENSITIVE);

  private final List<Runnable> compressing = new ArrayList<>();
  private final FileTree tree = FileTree.of(FileTreeTest.class, "site", compressing::add);
  private final EmbeddedHttp server = server(tree, null);

  private static EmbeddedHttp server(FileTree files, @Nullable String home) {
    Route hello =
        Route.get("/hello", Right.NONE, r -> r.answer(Response.problem(Problem.goingAway())));
    return new EmbeddedHttp(
        new Routes(
            List.of(hello),
            Doorkeeper.NONE,
            List.of(),
            (word, names) -> names.stream().findFirst(),
            new Site(files.routes("/site/", POLICY), home)));
  }

  private String answer(String request) {
    return server.receive(request).said();
  }

  private static String tag(String answer) {
    Matcher tag = TAG.matcher(answer);
    assertThat(tag.find()).as(answer).isTrue();
    return tag.group(1);
  }

  @ParameterizedTest
  @CsvSource({
    "/site/, text/html; charset=utf-8",
    "/site/deep/, text/html; charset=utf-8",
    "/site/app.js, text/javascript; charset=utf-8",
    "/site/app%2Ejs, text/javascript; charset=utf-8",
    "/site/tiny.txt?v=1, text/plain; charset=utf-8",
    "/site/deep/LICENSE, text/plain; charset=utf-8"
  })
  void aFileIsServedAsWhatItIs(String path, String contentType) {
    assertThat(answer(get(path)))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("content-type: " + contentType + "\r\n")
        .contains("cache-control: no-cache\r\n")
        .contains("X-Content-Type-Options: nosniff\r\n")
        .contains("Content-Security-Policy: default-src 'self'\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/site/../site/app.js",
        "/site/deep/../app.js",
        "/site/%2e%2e/FileTreeTest.class",
        "/site/..%2fFileTreeTest.class",
        "/site/..%5cFileTreeTest.class",
        "/site//app.js",
        "//site/app.js",
        "/site/app.js/",
        "/site/app.js%00",
        "/site/app.js%00.html",
        "/site/./app.js",
        "/site/App.js",
        "/site/index.html",
        "/site/deep",
        "/site/nothing.js",
        "/SITE/app.js"
      })
  void aPathThatIsNotAFilesLeadsNowhere(String path) {
    String answer = answer(get(path));

    assertThat(answer).doesNotContain("HTTP/1.1 200");
    if (path.equals("/site/deep")) {
      assertThat(answer).startsWith("HTTP/1.1 302 ").contains("location: /site/deep/\r\n");
    } else {
      assertThat(answer).startsWith("HTTP/1.1 404 ").contains("\"error\":\"not_found\"");
    }
  }

  /// Whoever has lost his way is shown the places, not each file.
  @Test
  void onlyTheFolderIsListed() {
    assertThat(answer(get("/nowhere"))).contains("there is something at /hello, /site/\"");
  }

  @Test
  void aFileThatIsKnownIsNotSentAgain() {
    String tag = tag(answer(get("/site/app.js")));

    for (String known : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
      assertThat(answer(get("/site/app.js", "If-None-Match: " + known)))
          .startsWith("HTTP/1.1 304 ")
          .contains("etag: " + tag)
          .contains("cache-control: no-cache")
          .doesNotContain("content-length")
          .endsWith("\r\n\r\n");
    }
    assertThat(answer(get("/site/app.js", "If-None-Match: \"other\""))).startsWith("HTTP/1.1 200");
    assertThat(tag).startsWith("\"").isNotEqualTo(tag(answer(get("/site/"))));
  }

  @Test
  void headSaysWhatGetWould() {
    String got = answer(get("/site/app.js"));
    String head = answer(request("HEAD", "/site/app.js", ""));

    assertThat(head).isEqualTo(got.substring(0, got.indexOf("\r\n\r\n") + 4));
  }

  @Test
  void aFileCanOnlyBeRead() {
    assertThat(answer(request("POST", "/site/app.js", "x")))
        .startsWith("HTTP/1.1 405 ")
        .contains("allow: GET, HEAD, OPTIONS");
  }

  @Test
  void isCompressedOnceForThoseWhoTakeThat() {
    String plain = answer(get("/site/app.js", "Accept-Encoding: gzip"));
    assertThat(plain).doesNotContain("content-encoding");

    compressing.forEach(Runnable::run);
    String smaller = answer(get("/site/app.js", "Accept-Encoding: br, GZIP;q=rubbish"));

    assertThat(smaller).contains("content-encoding: gzip").contains("vary: accept-encoding");
    assertThat(smaller.length()).isLessThan(plain.length());
    assertThat(tag(smaller)).isNotEqualTo(tag(plain));
    assertThat(
            answer(get("/site/app.js", "Accept-Encoding: gzip", "If-None-Match: " + tag(smaller))))
        .startsWith("HTTP/1.1 304 ");
    // The other form's tag is no word for this one.
    assertThat(answer(get("/site/app.js", "If-None-Match: " + tag(smaller))))
        .startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip;q=0", "gzip; q=0.0", "deflate, br", ""})
  void isPlainForTheOthers(String accepted) {
    answer(get("/site/"));
    compressing.forEach(Runnable::run);

    assertThat(answer(get("/site/app.js", "Accept-Encoding: " + accepted)))
        .doesNotContain("content-encoding")
        .contains("the same line again")
        .contains("vary: accept-encoding");
  }

  /// Gzip has a head and a tail: one byte would become twenty.
  @Test
  void whatWouldGrowStaysPlain() {
    answer(get("/site/"));
    compressing.forEach(Runnable::run);

    assertThat(answer(get("/site/tiny.txt", "Accept-Encoding: gzip")))
        .doesNotContain("content-encoding")
        .endsWith("\r\n\r\nx");
  }

  @Test
  void aJarIsReadAsAFolderIs(@TempDir Path folder) throws IOException {
    Path jar = folder.resolve("some.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String name : List.of("a/", "a/site/", "a/site/sub/")) {
        out.putNextEntry(new JarEntry(name));
      }
      for (String name : List.of("a/site/index.html", "a/site/sub/x.css", "a/sites/not.txt")) {
        out.putNextEntry(new JarEntry(name));
        out.write(name.getBytes(StandardCharsets.UTF_8));
      }
    }

    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
        EmbeddedHttp served = server(FileTree.of(loader, "a/site", Runnable::run), null)) {
      assertThat(served.receive(get("/site/")).said()).endsWith("a/site/index.html");
      assertThat(served.receive(get("/site/sub/x.css")).said())
          .contains("text/css")
          .endsWith("a/site/sub/x.css");
      assertThat(served.receive(get("/sites/not.txt")).said()).startsWith("HTTP/1.1 404 ");
    }
  }

  @Test
  void aFileIsReadOnceAndNotBeforeOneIsAskedFor() {
    List<String> read = new ArrayList<>();
    ClassLoader loader =
        new ClassLoader(FileTreeTest.class.getClassLoader()) {
          @Override
          public @Nullable InputStream getResourceAsStream(String name) {
            read.add(name);
            return super.getResourceAsStream(name);
          }
        };
    FileTree files = FileTree.of(loader, "dev/tocsin/http/site", compressing::add);
    try (EmbeddedHttp served = server(files, null)) {
      assertThat(read).isEmpty();

      served.receive(get("/site/app.js"));
      served.receive(get("/site/app.js"));
      assertThat(read).containsExactly("dev/tocsin/http/site/app.js");

      assertThat(compressing).hasSize(1);
      compressing.forEach(Runnable::run);
      served.receive(get("/site/app.js"));
      assertThat(read).doesNotHaveDuplicates().contains("dev/tocsin/http/site/tiny.txt");
    }
  }

  /// As when the program is replaced while it runs.
  @Test
  void aFileThatIsGoneHoldsUpNoOther() {
    ClassLoader loader =
        new ClassLoader(FileTreeTest.class.getClassLoader()) {
          @Override
          public @Nullable InputStream getResourceAsStream(String name) {
            return name.endsWith("/app.js") ? null : super.getResourceAsStream(name);
          }
        };
    FileTree files = FileTree.of(loader, "dev/tocsin/http/site", Runnable::run);
    try (EmbeddedHttp served = server(files, null)) {
      assertThat(served.receive(get("/site/")).said()).startsWith("HTTP/1.1 200 ");
    }
    assertThat(RecordedLogs.take()).singleElement().asString().contains("cannot be read", "app.js");
  }

  @Test
  void whatIsNotKnownIsSaidAtTheStart() {
    assertThatThrownBy(() -> FileTree.of(FileTreeTest.class, "sites", Runnable::run))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dev/tocsin/http/sites");
    assertThatThrownBy(() -> StaticContent.contentType("deep/picture.bmp"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("picture.bmp");
    assertThatThrownBy(() -> tree.routes("site/", POLICY))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/html",
        "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
        "*/*, Text/HTML;q=0.1"
      })
  void aBrowserAtTheRootIsSentHome(String accepted) {
    try (EmbeddedHttp served = server(tree, "/site/")) {
      for (String method : List.of("GET", "HEAD")) {
        assertThat(served.receive(request(method, "/", "", "Accept: " + accepted)).said())
            .startsWith("HTTP/1.1 302 Found\r\n")
            .contains("location: /site/\r\n")
            .contains("vary: accept\r\n")
            .contains("cache-control: no-store\r\n");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"*/*", "application/json", "text/html;q=0", "text/*"})
  void everyoneElseIsToldWhatThereIs(String accepted) {
    try (EmbeddedHttp served = server(tree, "/site/")) {
      assertThat(served.receive(get("/", "Accept: " + accepted)).said())
          .startsWith("HTTP/1.1 404 ")
          .contains("not_found");
      assertThat(served.receive(request("POST", "/", "x", "Accept: text/html")).said())
          .startsWith("HTTP/1.1 404 ");
      assertThat(served.receive(get("/x", "Accept: text/html")).said()).startsWith("HTTP/1.1 404 ");
    }
  }

  /// A foreign page must not read even what everyone may, and a foreign name must not stand for this server.
  @ParameterizedTest
  @ValueSource(strings = {"Origin: https://elsewhere.example", "Origin: null"})
  void theRulesForBrowsersHoldForFiles(String header) {
    try (EmbeddedHttp served = server(tree, "/site/")) {
      assertThat(served.receive(get("/site/app.js", header)).said()).startsWith("HTTP/1.1 403 ");
      assertThat(served.receive(get("/", "Accept: text/html", header)).said())
          .startsWith("HTTP/1.1 403 ");
      assertThat(
              served.receive("GET /site/app.js HTTP/1.1\r\nHost: rebound.example\r\n\r\n").said())
          .startsWith("HTTP/1.1 403 ");
      assertThat(served.receive("GET /site/app.js HTTP/1.0\r\n\r\n").said())
          .startsWith("HTTP/1.1 403 ");
    }
  }
}
