/// Bridges that post events to an address, as Standard Webhooks. Open [WebhookReceiver] first: it posts over an [HttpLine],
/// signed by a [Signer]. [ReceiverAddress] and [Addresses] keep it from networks that it must not reach.
@NullMarked
package dev.tocsin.bridges.out.webhook;

import org.jspecify.annotations.NullMarked;
