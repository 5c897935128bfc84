package dev.tocsin.spring;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.hub.EventPattern;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.ResolvableType;

/// A method with [TocsinListener], and the bean that it is called on. Immutable.
final class ListenerMethod {

  private static final Logger LOG = LoggerFactory.getLogger(ListenerMethod.class);

  private final Object bean;
  private final Method method;

  /// What is handed to it, place by place.
  private final List<Class<?>> parameters;

  /// What is subscribed to for it.
  private final List<EventPattern> patterns;

  /// The event types that it takes; `null` for all that its patterns match, also those that nobody knows yet.
  private final @Nullable Set<String> types;

  private ListenerMethod(
      Object bean,
      Method method,
      List<Class<?>> parameters,
      List<EventPattern> patterns,
      @Nullable Set<String> types) {
    this.bean = bean;
    this.method = method;
    this.parameters = List.copyOf(parameters);
    this.patterns = patterns;
    this.types = types;
  }

  /// Reads a method.
  ///
  /// @param method that can be called on the bean
  /// @param values the patterns of its annotation
  /// @throws IllegalStateException when it can never be called: its parameters are others, or no event type has its payload
  static ListenerMethod of(Object bean, Method method, String[] values, EventCatalog catalog) {
    List<EventPattern> patterns;
    try {
      patterns = Arrays.stream(values).map(EventPattern::of).toList();
    } catch (IllegalArgumentException e) {
      throw wrong(method, String.valueOf(e.getMessage()), e);
    }
    Class<? extends Record> payload = null;
    int envelopes = 0;
    List<Class<?>> parameters = parameters(bean, method);
    for (Class<?> parameter : parameters) {
      if (parameter == WebSocketEvent.class) {
        envelopes++;
      } else if (parameter.isRecord() && payload == null) {
        payload = parameter.asSubclass(Record.class);
      } else {
        throw wrong(
            method, "it takes one payload record, a WebSocketEvent, or both in any order", null);
      }
    }
    if (method.getParameterCount() == 0 || envelopes > 1) {
      throw wrong(
          method, "it takes one payload record, a WebSocketEvent, or both in any order", null);
    }
    if (payload == null) {
      warnOfNothing(method, patterns, catalog);
      return new ListenerMethod(
          bean,
          method,
          parameters,
          patterns.isEmpty() ? List.of(EventPattern.of("*")) : patterns,
          null);
    }
    Set<String> all = typesOf(payload, method, catalog);
    Set<String> types =
        all.stream()
            .filter(type ->
                patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(type)))
            .collect(Collectors.toUnmodifiableSet());
    if (types.isEmpty()) {
      throw wrong(
          method,
          payload.getSimpleName()
              + " is the payload of "
              + String.join(" and ", all)
              + ", which its patterns "
              + patterns
              + " do not match",
          null);
    }
    return new ListenerMethod(
        bean, method, parameters, types.stream().sorted().map(EventPattern::of).toList(), types);
  }

  /// Its parameters as the class of the bean knows them, which may say what its superclass has left open.
  private static List<Class<?>> parameters(Object bean, Method method) {
    Class<?> type = AopUtils.getTargetClass(bean);
    List<Class<?>> parameters = new ArrayList<>();
    for (int i = 0; i < method.getParameterCount(); i++) {
      parameters.add(ResolvableType.forMethodParameter(method, i, type).resolve(Object.class));
    }
    return parameters;
  }

  /// The hub may know types that this application does not, so it is no reason not to start.
  private static void warnOfNothing(
      Method method, List<EventPattern> patterns, EventCatalog catalog) {
    for (EventPattern pattern : patterns) {
      if (catalog.allEventTypes().stream().noneMatch(type -> pattern.matches(type.name()))) {
        LOG.warn(
            "@TocsinListener on {}: no event type of the catalog matches {}",
            method,
            pattern.text());
      }
    }
  }

  private static Set<String> typesOf(
      Class<? extends Record> payload, Method method, EventCatalog catalog) {
    Set<String> types;
    try {
      types =
          catalog.eventTypesByPayload(payload).stream()
              .map(EventType::name)
              .collect(Collectors.toUnmodifiableSet());
    } catch (IllegalArgumentException e) {
      throw wrong(method, String.valueOf(e.getMessage()), e);
    }
    if (types.isEmpty()) {
      throw wrong(
          method,
          "no event type of the catalog has the payload "
              + payload.getSimpleName()
              + "; a bean of type EventCatalog adds types",
          null);
    }
    return types;
  }

  private static IllegalStateException wrong(Method method, String why, @Nullable Throwable cause) {
    return new WrongSettingException(
        "@TocsinListener on " + method + ": " + why, "Change the method, or its patterns.", cause);
  }

  /// What has to be subscribed to for it.
  List<String> subscription() {
    return patterns.stream().map(EventPattern::text).toList();
  }

  /// Whether it takes an event.
  boolean takes(WebSocketEvent event) {
    return types == null
        ? patterns.stream().anyMatch(pattern -> pattern.matches(event.type()))
        : types.contains(event.type());
  }

  /// Calls it.
  ///
  /// @return what it returns
  /// @throws Throwable what the method throws
  /// @throws IllegalArgumentException when the payload does not fit the record, as one of a newer hub may not
  @Nullable Object call(WebSocketEvent event) throws Throwable {
    Object[] arguments = new Object[parameters.size()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] =
          parameters.get(i) == WebSocketEvent.class
              ? event
              : event.payload(parameters.get(i).asSubclass(Record.class));
    }
    try {
      return method.invoke(bean, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  @Override
  public String toString() {
    return method.getDeclaringClass().getSimpleName() + "." + method.getName();
  }
}
