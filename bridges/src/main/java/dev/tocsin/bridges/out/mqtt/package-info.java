/// Bridges that publish events to a broker of MQTT, and show them to Home Assistant. Open [MqttReceiver] first: it publishes
/// over a [MqttLine], [MqttWording] makes messages of events, and a [TopicTemplate] says under which topic. [HomeView] gathers
/// what Home Assistant is shown, [HomeMessages] says it.
@NullMarked
package dev.tocsin.bridges.out.mqtt;

import org.jspecify.annotations.NullMarked;
