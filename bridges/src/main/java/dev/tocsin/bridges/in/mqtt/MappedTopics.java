package dev.tocsin.bridges.in.mqtt;

import dev.tocsin.bridges.mapping.BridgeMessage;
import dev.tocsin.bridges.mapping.Mapped;
import dev.tocsin.bridges.mapping.Mapping;
import dev.tocsin.bridges.mapping.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Makes of messages what an operator's mappings say.
///
/// @param mappings each with a topic
record MappedTopics(List<Mapping> mappings) implements MessageHandler {

  MappedTopics {
    mappings = List.copyOf(mappings);
  }

  @Override
  public List<TopicFilter> filters() {
    return mappings.stream().map(Mapping::topic).filter(Objects::nonNull).distinct().toList();
  }

  @Override
  public List<Mapped> handle(BridgeMessage message) {
    List<Mapped> all = new ArrayList<>();
    for (Mapping mapping : mappings) {
      Mapped mapped = mapping.map(message);
      if (!(mapped instanceof Mapped.NotMeant)) {
        all.add(mapped);
      }
    }
    return all;
  }
}
