/// What the installation as a whole tells: its health, its errors and its regular report.
///
/// [SystemStatusPayload] is the report that dashboards draw; the other two tell single moments.
@NullMarked
package dev.tocsin.events.payload.system;

import org.jspecify.annotations.NullMarked;
