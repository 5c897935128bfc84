package dev.tocsin.sample;

import dev.tocsin.spring.TocsinTemplate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/// Rings: a request becomes an event.
@RestController
class Doorbell {

  private final TocsinTemplate tocsin;
  private final Map<String, Integer> rung = new ConcurrentHashMap<>();

  Doorbell(TocsinTemplate tocsin) {
    this.tocsin = tocsin;
  }

  /// Rings once, and answers with the event's place in the log.
  @PostMapping("/doors/{door}/ring")
  long ring(@PathVariable("door") String door) {
    return tocsin.send(new DoorbellRangPayload(door, rung.merge(door, 1, Integer::sum)));
  }
}
