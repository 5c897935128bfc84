package dev.tocsin.access;

import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Rights;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rights by the names of roles, and roles by the names of those who have them. Immutable.
///
/// @param rights what each role grants
/// @param members the roles of a principal who is known by its name: by a certificate, or a proxy's word
public record Roles(Map<String, Rights> rights, Map<String, List<String>> members) {

  /// No role, no member.
  public static final Roles NONE = new Roles(Map.of(), Map.of());

  /// The rights of somebody without a role.
  static final Rights NOTHING = new Rights(new Grants(List.of()), new Grants(List.of()), Set.of());

  public Roles {
    rights = Map.copyOf(rights);
    members = Map.copyOf(members);
  }

  /// What some roles grant together. A role that does not exist grants nothing.
  public Rights of(Collection<String> roles) {
    Sum subscribe = new Sum();
    Sum publish = new Sum();
    Set<String> manage = new HashSet<>();
    for (String role : roles) {
      Rights granted = rights.getOrDefault(role, NOTHING);
      subscribe.add(granted.subscribe());
      publish.add(granted.publish());
      manage.addAll(granted.manage());
    }
    return new Rights(subscribe.grants(), publish.grants(), manage);
  }

  /// The roles that a name has.
  public List<String> of(String name) {
    return members.getOrDefault(name, List.of());
  }

  /// Grants that add up, each once.
  private static final class Sum {

    private final Set<Grants.Grant> grants = new LinkedHashSet<>();
    private boolean isEverything;

    void add(@Nullable Grants more) {
      if (more == null) {
        isEverything = true;
      } else {
        grants.addAll(more.grants());
      }
    }

    @Nullable Grants grants() {
      return isEverything ? null : new Grants(List.copyOf(grants));
    }
  }
}
