package dev.tocsin.sample;

import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.spring.TocsinListener;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/// Chimes when somebody has rung, wherever that was published, and knows the last ten times.
@RestController
class Chime {

  private static final Logger LOG = LoggerFactory.getLogger(Chime.class);
  private static final int KEPT = 10;

  private final Deque<String> heard = new ConcurrentLinkedDeque<>();

  @TocsinListener("doorbell.*")
  void chime(DoorbellRangPayload ring, WebSocketEvent event) {
    LOG.info("ding dong at the {} door, for time {}", ring.door(), ring.times());
    heard.addLast(ring.door() + " " + ring.times() + " " + event.sequence());
    while (heard.size() > KEPT) {
      heard.removeFirst();
    }
  }

  @GetMapping("/chimes")
  List<String> chimes() {
    return List.copyOf(heard);
  }
}
