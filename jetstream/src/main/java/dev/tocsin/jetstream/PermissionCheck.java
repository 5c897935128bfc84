package dev.tocsin.jetstream;

import dev.tocsin.jetstream.JetStreamApi.Answer;
import io.nats.client.Connection;
import io.nats.client.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// Asks at the start for what a gateway needs later, so that what NATS does not permit is told then.
///
/// The requests are empty: whoever hears one refuses it, and nothing comes of it. Blocks, a second for each that nobody
/// answers.
final class PermissionCheck {

  /// Those of a gateway: to answers, to acknowledgements, to pages, and to what its consumer delivers.
  private static final int SUBSCRIPTIONS = 4;

  private static final String TOO_MANY = "maximum subscriptions";

  private final JetStreamSettings settings;
  private final Link link;
  private final JetStreamApi api;

  PermissionCheck(JetStreamSettings settings, Link link, JetStreamApi api) {
    this.settings = settings;
    this.link = link;
    this.api = api;
  }

  /// Whether this gateway may publish and is answered: the message asks for another stream, so none takes it.
  void checkPublishing() throws JetStreamOpenException {
    long end = System.nanoTime() + Link.PATIENCE.toNanos();
    while (true) {
      link.forgetViolation();
      Answer answer =
          api.send(settings.prefix() + ".e.tocsin.probe", RawHeaders.FOR_NO_STREAM, new byte[0])
              .join();
      if (answer instanceof Answer.Refused refused && refused.code() == JetStreamApi.WRONG_STREAM) {
        return;
      }
      tell(link);
      String fault = answer.fault();
      StreamSetup.pauseUntil(
          end,
          new JetStreamOpenException(
              "The stream "
                  + settings.stream()
                  + " does not answer to a publish: "
                  + (fault == null ? "it takes what is meant for another" : fault)));
    }
  }

  /// Whether this gateway may follow the stream and read it.
  void checkReading() throws JetStreamOpenException {
    String stream = settings.stream();
    for (String what :
        List.of(
            "CONSUMER.CREATE." + stream + ".probe",
            "STREAM.MSG.GET." + stream,
            "DIRECT.GET." + stream)) {
      link.forgetViolation();
      api.askNow(what, null);
      tell(link);
    }
    for (String subject : List.of("$JS.FC." + stream + ".probe", "$KV." + stream + ".probe")) {
      link.forgetViolation();
      api.send(subject, RawHeaders.FOR_NO_STREAM, new byte[0]).join();
      tell(link);
    }
  }

  /// Whether this gateway may have as many subscriptions at once as it will.
  void checkListening() throws JetStreamOpenException {
    Connection connection = link.connection();
    List<Subscription> others = new ArrayList<>();
    connection.clearLastError();
    try {
      while (others.size() < SUBSCRIPTIONS - 1) {
        others.add(connection.subscribe(connection.createInbox()));
      }
      connection.flush(JetStreamApi.PATIENCE);
    } catch (IllegalStateException | TimeoutException e) {
      // It is lost, or about to be: that is told otherwise.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JetStreamOpenException("The start was interrupted", e);
    } finally {
      others.stream().filter(Subscription::isActive).forEach(Subscription::unsubscribe);
    }
    // What was wrong with what was sent before comes before the answer.
    String error = connection.getLastError();
    if (error != null && error.contains(TOO_MANY)) {
      throw new JetStreamOpenException(
          "NATS does not let this gateway listen to all that it needs ("
              + error
              + "): each has "
              + SUBSCRIPTIONS
              + " subscriptions; raise the limit of its user or account");
    }
  }

  /// Fails if something was not permitted since that was forgotten last.
  static void tell(Link link) throws JetStreamOpenException {
    String violation = link.violation();
    if (violation != null) {
      throw new JetStreamOpenException(words(violation));
    }
  }

  /// A sentence on what NATS does not permit.
  static String words(String violation) {
    return "NATS does not permit this gateway what it needs ("
        + violation
        + "): a gateway publishes to <prefix>.e.>, $JS.API.>, $JS.FC.> and $KV.>, and subscribes to"
        + " _INBOX.>";
  }
}
