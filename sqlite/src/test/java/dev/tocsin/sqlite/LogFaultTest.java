package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;

class LogFaultTest {

  static SQLException diskError() {
    return error(SQLiteErrorCode.SQLITE_IOERR_READ);
  }

  private static SQLException error(SQLiteErrorCode code) {
    return new SQLException("for the test", null, code.code);
  }

  @ParameterizedTest
  @CsvSource({
    "SQLITE_IOERR,            false, true",
    "SQLITE_IOERR_READ,       false, true",
    "SQLITE_IOERR_FSYNC,      false, true",
    "SQLITE_IOERR_SHORT_READ, true,  false",
    "SQLITE_IOERR_CORRUPTFS,  true,  false",
    "SQLITE_CORRUPT,          true,  false",
    "SQLITE_CORRUPT_INDEX,    true,  false",
    "SQLITE_NOTADB,           true,  false",
    "SQLITE_FULL,             false, false",
    "SQLITE_BUSY,             false, false"
  })
  void tellsDamageFromErrorsThatMayPass(SQLiteErrorCode code, boolean damage, boolean diskError) {
    assertThat(LogFault.isDamage(error(code))).isEqualTo(damage);
    assertThat(LogFault.isDiskError(error(code))).isEqualTo(diskError);
  }

  @Test
  void saysWhyTheLogCannotBeRead() {
    assertThat(LogFault.whenReading(diskError()))
        .isEqualTo("The disk with the log reports an error when it is read");
  }
}
