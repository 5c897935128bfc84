package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `bench` and a server to be measured, which runs in this process.
@Timeout(120)
abstract class AtTheBench {

  final TestProcess server = new TestProcess();
  final TestProcess bench =
      new TestProcess()
          .with("TOCSIN_CONNECTIONS", "10")
          .with("TOCSIN_DURATION", "1s")
          .with("TOCSIN_WARM_UP", "1s");
  String url = "";

  @BeforeEach
  void serve() throws InterruptedException {
    url = server.start("serve", "--port", "0", "--memory").url();
  }

  @AfterEach
  void stop() throws Exception {
    bench.interrupt();
    assertThat(server.interrupt()).isZero();
  }

  static String[] args(String url, String more) {
    return ("bench --url " + url + " " + more).strip().split(" +", -1);
  }

  JsonNode measure(String more) {
    int code = bench.run(args(url, "--json " + more));

    assertThat(code).as(bench.err()).isZero();
    assertThat(bench.outLines()).hasSize(1);
    return JsonMapper.shared().readTree(bench.out());
  }
}
