package dev.tocsin.examples;

// @start region="example"
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.Where;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.hub.SubscriptionManager;
import java.util.List;

class HubExample {
  public static void main(String[] args) {
    SubscriptionManager subscriptions = SubscriptionManager.shared();
    subscriptions.subscribe("dashboard", List.of("alert.*"));
    subscriptions.subscribe("phone", List.of("alert.*"), Where.of("{\"reason\":\"tampering\"}"));

    WebSocketEvent event =
        EventCatalog.builtIn().createEvent(new AlertDeletedPayload("a-17", "duplicate"));
    for (String connection : subscriptions.getRecipients(event.type())) {
      if (subscriptions.shouldSend(connection, event)) {
        System.out.println("to " + connection + ": " + event.payload()); // a socket of your own
      }
    }
  }
}
// @end
