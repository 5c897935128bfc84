/// What single services of the installation tell: [ServiceStatusChangedPayload].
@NullMarked
package dev.tocsin.events.payload.service;

import org.jspecify.annotations.NullMarked;
