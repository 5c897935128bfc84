/// A hub for each test of an application.
///
/// Open [TocsinTest] first: the annotation that gives a test its hub, started by [TocsinExtension]. [HeardEvents] is what the
/// hub has delivered, [TestClock] the time by which it goes.
@NullMarked
package dev.tocsin.testkit;

import org.jspecify.annotations.NullMarked;
