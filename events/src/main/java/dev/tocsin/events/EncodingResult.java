package dev.tocsin.events;

/// What came of the bytes that were to become an event.
public sealed interface EncodingResult permits EncodedEvent, Rejection {}
