package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.http.Sender;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.PatternWarning;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes down who came, and what was denied.
///
/// @param audit takes it
record AuditTrail(Audit audit) {

  /// Notes what has become of a credential.
  ///
  /// @param name `null` where it is not known whose it is
  /// @param reason `null` where nothing more is to be said
  void note(Audit.What what, @Nullable String name, Sender sender, @Nullable String reason) {
    audit.note(new Audit.Entry(what, name, sender.text(), reason, List.of()));
  }

  /// Notes that an event was refused, if it was for want of a right.
  void publishRefused(Access access, Sender sender, Rejection rejection) {
    if (rejection.code() == ErrorCode.FORBIDDEN) {
      note(Audit.What.PUBLISH_DENIED, access.name(), sender, rejection.message());
    }
  }

  /// Notes of which patterns nothing may be read, if there are any.
  ///
  /// @param warnings of a subscription
  void subscriptionDenied(Access access, Sender sender, List<PatternWarning> warnings) {
    List<String> denied =
        warnings.stream()
            .filter(warning -> warning.code() == PatternWarning.Code.DENIED)
            .map(PatternWarning::pattern)
            .toList();
    if (!denied.isEmpty()) {
      audit.note(
          new Audit.Entry(
              Audit.What.SUBSCRIPTION_DENIED, access.name(), sender.text(), null, denied));
    }
  }
}
