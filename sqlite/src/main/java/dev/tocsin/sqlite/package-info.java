/// The log on disk: the port of `hub` over one SQLite file.
///
/// Open [SqliteEventLog] first. [LogThread] is the one that writes, from the [AppendQueue], by means of
/// [LogWriter] and [Retention]; [LogReader] is the one place that reads. [LogFile] knows the file's
/// format, [LogIdentity] with [LogMark] whether its epoch can go on, [LogPlace] whether a restart will find
/// it, [LogClock] how much time has passed, [LogFault] what its errors mean.
@NullMarked
package dev.tocsin.sqlite;

import org.jspecify.annotations.NullMarked;
