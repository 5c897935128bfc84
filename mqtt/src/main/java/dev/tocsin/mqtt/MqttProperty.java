package dev.tocsin.mqtt;

/// A user property of a message.
public record MqttProperty(String name, String value) {}
