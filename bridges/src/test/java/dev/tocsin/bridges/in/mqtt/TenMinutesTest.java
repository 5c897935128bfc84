package dev.tocsin.bridges.in.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.broker.Listener;
import dev.tocsin.bridges.broker.Mosquitto;
import dev.tocsin.bridges.broker.OnMosquitto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The page about Frigate and Home Assistant, followed word by word, as far as it is about bridges.
class TenMinutesTest extends OnMosquitto {

  private static final Path PAGE = Path.of("../docs/frigate-home-assistant.md");
  private static final Pattern FILE =
      Pattern.compile("```json\n(\\{\"bridges\":.*?)\n```", Pattern.DOTALL);
  private static final Pattern SAYING =
      Pattern.compile("^mosquitto_pub -q 1 -t (\\S+) -m (?:'([^']*)'|(\\S+))$", Pattern.MULTILINE);
  private static final String BASE = "tocsin/home-assistant/house/";

  @Test
  void whoFollowsThePageSeesWhatItSays() throws Exception {
    Mosquitto mosquitto = broker();
    String page = Files.readString(PAGE);
    Matcher file = FILE.matcher(page);
    assertThat(file.find()).isTrue();
    Bridges bridges = bridges(file.group(1).replace("mqtt://127.0.0.1:1883", mosquitto.url()), hub);
    await("both bridges", () -> bridges.standings().stream().allMatch(OnMosquitto::isUp));
    Listener listener = Listener.on(mosquitto, "#", "ear");
    List<String[]> sayings = new ArrayList<>();
    Matcher saying = SAYING.matcher(page);
    while (saying.find()) {
      sayings.add(
          new String[] {
            saying.group(1), saying.group(2) == null ? saying.group(3) : saying.group(2)
          });
    }
    assertThat(sayings).hasSize(4);

    for (String[] one : sayings.subList(0, 3)) {
      mosquitto.publish(one[0], one[1]);
    }
    await(4);
    assertThat(hub.types())
        .containsExactly("camera.online", "alert.created", "detection.new", "event.created");
    await(
        "a detection",
        () ->
            listener.newest().getOrDefault(BASE + "camera/yard/detection", "").contains("person"));
    await("an alert", () -> listener.newest().getOrDefault(BASE + "alerts", "").contains("\"ON\""));
    assertThat(listener.newest().get(BASE + "camera/yard/connection")).contains("\"ON\"");
    assertThat(listener.newest())
        .containsKeys(
            "homeassistant/device/tocsin_house/config",
            "homeassistant/device/tocsin_house_camera_yard/config");
    await(
        "an alert of the camera",
        () -> listener.newest().getOrDefault(BASE + "camera/yard/alerts", "").contains("\"ON\""));

    mosquitto.publish(sayings.get(3)[0], sayings.get(3)[1]);
    await("no alert", () -> listener.newest().get(BASE + "alerts").contains("\"OFF\""));
    listener.close();
  }
}
