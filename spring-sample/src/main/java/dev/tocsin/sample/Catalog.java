package dev.tocsin.sample;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.PayloadSchema;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// The event types that the application knows, and its hub with it.
@Configuration(proxyBeanMethods = false)
class Catalog {

  @Bean
  EventCatalog eventCatalog() {
    return EventCatalog.builtIn()
        .with(
            EventType.of(
                "doorbell.rang",
                "doorbells",
                "Somebody has rung at a door",
                PayloadSchema.of(DoorbellRangPayload.class)));
  }
}
