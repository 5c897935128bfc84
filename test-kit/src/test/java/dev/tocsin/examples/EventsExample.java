package dev.tocsin.examples;

// @start region="example"
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.PayloadValidation;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;

class EventsExample {
  public static void main(String[] args) {
    EventCatalog catalog = EventCatalog.builtIn();

    WebSocketEvent event = catalog.createEvent(new AlertDeletedPayload("a-17", "duplicate"));
    System.out.println(event.type() + " " + event.payload());

    switch (catalog.validatePayload("alert.deleted", "{\"id\":7,\"reason\":false}")) {
      case PayloadValidation.Valid valid -> System.out.println(valid.json());
      case PayloadValidation.Invalid invalid -> // every fault at once
          invalid.errors().forEach(fault -> System.out.println(fault.path()));
    }
  }
}
// @end
