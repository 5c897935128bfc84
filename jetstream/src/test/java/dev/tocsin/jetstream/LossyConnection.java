package dev.tocsin.jetstream;

import io.nats.client.Connection;
import io.nats.client.Message;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;

/// A connection on which everything that is sent to some subjects is lost, as a request is amid an election.
final class LossyConnection {

  private final Connection real;
  private volatile String lost = "\0";

  LossyConnection(Connection real) {
    this.real = real;
  }

  /// From now on, what is sent to subjects that begin like this is lost.
  void lose(String beginning) {
    lost = beginning;
  }

  Connection connection() {
    return (Connection)
        Proxy.newProxyInstance(
            LossyConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (arguments != null
                  && arguments[0] instanceof String subject
                  && subject.startsWith(lost)) {
                return method.getReturnType() == void.class
                    ? null
                    : new CompletableFuture<Message>();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
