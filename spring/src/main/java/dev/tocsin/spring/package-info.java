/// Tocsin in a Spring Boot application.
///
/// Open [TocsinListener] and [TocsinTemplate] first: how events come in and go out. [TocsinAutoConfiguration] makes the client,
/// [TocsinServerAutoConfiguration] a hub in the same process; [TocsinProperties] and [TocsinServerProperties] say what they are
/// like.
@NullMarked
package dev.tocsin.spring;

import org.jspecify.annotations.NullMarked;
