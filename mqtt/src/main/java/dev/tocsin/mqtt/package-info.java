/// MQTT 3.1.1 and 5 as a client, over blocking sockets. Open [MqttConnection] first: one connection to a broker, from which its
/// owner takes what has come, one after the other, and acknowledges it when he is done with it. Whoever does not take anything
/// is not sent any more: nothing is read ahead. Whoever publishes much has a [MqttWindow] wait for the acknowledgements.
@NullMarked
package dev.tocsin.mqtt;

import org.jspecify.annotations.NullMarked;
