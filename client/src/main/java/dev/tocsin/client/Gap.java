package dev.tocsin.client;

/// Sequences among which events were missed, both ends included.
record Gap(long from, long to) {}
