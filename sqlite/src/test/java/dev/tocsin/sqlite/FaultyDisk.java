package dev.tocsin.sqlite;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.sqlite.SQLiteErrorCode;

/// A disk that reports an error for some statements. What is under it is real.
final class FaultyDisk {

  /// The text of the statements that fail; none does while it is empty.
  volatile String failing = "";

  /// What they fail with.
  volatile SQLiteErrorCode error = SQLiteErrorCode.SQLITE_IOERR_READ;

  /// How many have failed.
  final AtomicInteger failures = new AtomicInteger();

  Connection over(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              fail(arguments);
              Object result = invoke(connection, method, arguments);
              return result instanceof Statement statement
                      && method.getReturnType() == Statement.class
                  ? over(statement)
                  : result;
            });
  }

  private Statement over(Statement statement) {
    return (Statement)
        Proxy.newProxyInstance(
            Statement.class.getClassLoader(),
            new Class<?>[] {Statement.class},
            (proxy, method, arguments) -> {
              fail(arguments);
              return invoke(statement, method, arguments);
            });
  }

  private static Object invoke(Object target, java.lang.reflect.Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void fail(Object[] arguments) throws SQLException {
    String sql = failing;
    if (!sql.isEmpty()
        && arguments != null
        && Arrays.stream(arguments).anyMatch(a -> a instanceof String text && text.contains(sql))) {
      failures.incrementAndGet();
      throw new SQLException(error.message, null, error.code);
    }
  }
}
