/// A small application with Spring Boot and a hub of its own: a doorbell. Open [Doorbell] first.
@NullMarked
package dev.tocsin.sample;

import org.jspecify.annotations.NullMarked;
