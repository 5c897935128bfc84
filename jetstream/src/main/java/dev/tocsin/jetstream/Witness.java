package dev.tocsin.jetstream;

/// The newest event that was handed on, as its message stands in the stream: its bytes tell whether the stream is still the
/// same.
///
/// They are those of the message, not those of the event as this gateway would write it: a newer one, or anybody else, may have
/// published it in another form.
///
/// @param body is not to be changed
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
record Witness(long sequence, byte[] body) {

  /// The digest that stands for it in the record of the epoch.
  String digest() {
    return EventCodec.digestText(EventCodec.sha256(body));
  }
}
