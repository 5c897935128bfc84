/// The made-up house of the demo: cameras, visitors, alerts, jobs and machines that behave as in
/// life, with nothing behind them.
///
/// Open [House] first. Everything in it acts on a [Stage], which has the time, the dice and the
/// list of what is still to come; so the same seed tells the same story.
@NullMarked
package dev.tocsin.app.demo;

import org.jspecify.annotations.NullMarked;
