package dev.tocsin.hub;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What somebody is granted. Immutable.
///
/// @param subscribe what may be read; `null` for everything
/// @param publish what may be published; `null` for everything
/// @param manage what may be looked after: `metrics`, `console`, `keys`
public record Rights(@Nullable Grants subscribe, @Nullable Grants publish, Set<String> manage) {

  /// All that can be managed.
  public static final Set<String> MANAGEABLE = Set.of("metrics", "console", "keys");

  /// Nothing.
  public static final Rights NONE =
      new Rights(new Grants(List.of()), new Grants(List.of()), Set.of());

  /// Everything.
  public static final Rights ALL = new Rights(null, null, MANAGEABLE);

  public Rights {
    manage = Set.copyOf(manage);
  }

  /// Whether everything may be read, whatever its type and its fields.
  public boolean mayReadAll() {
    return subscribe == null
        || subscribe.grants().stream()
            .anyMatch(grant ->
                grant.where() == null
                    && grant.patterns().stream().anyMatch(pattern -> pattern.text().equals("*")));
  }
}
