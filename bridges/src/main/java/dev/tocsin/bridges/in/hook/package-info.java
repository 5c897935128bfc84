/// Bridges to which other systems post. Open [HookDesk] first, where requests wait, are judged by a [Verifier] and handed to a
/// [Hook]: any JSON, by mappings ([WebhookHook]), or an Alertmanager's alerts ([AlertmanagerHook]).
@NullMarked
package dev.tocsin.bridges.in.hook;

import org.jspecify.annotations.NullMarked;
