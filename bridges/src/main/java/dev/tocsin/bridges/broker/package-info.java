/// A broker of MQTT as bridges in both directions have it: [BrokerSettings] says where it is and who the bridge is to it,
/// [BrokerLink] tells of the connection once and not each time. MQTT itself is the module `mqtt`.
@NullMarked
package dev.tocsin.bridges.broker;

import org.jspecify.annotations.NullMarked;
