/// What Tocsin's claims of speed rest on: benchmarks (JMH), each beside the plain way of doing the
/// same. `dev/benchmarks` runs them, `docs/benchmarks.md` holds what they said.
@NullMarked
package dev.tocsin.bench;

import org.jspecify.annotations.NullMarked;
