/// Bridges that hear what a broker of MQTT has. Open [MqttBridge] first, which is connected; [MqttIntake] takes one message
/// after the other, [MqttMemory] knows which were taken before, and a [MessageHandler] says what becomes of one: here what
/// mappings say.
@NullMarked
package dev.tocsin.bridges.in.mqtt;

import org.jspecify.annotations.NullMarked;
