/// What Frigate publishes, as events: a mapping that is built in. Open [FrigateTopics] first, which says what becomes of which
/// topic. The bridge itself is that of `in.mqtt`.
@NullMarked
package dev.tocsin.bridges.in.frigate;

import org.jspecify.annotations.NullMarked;
