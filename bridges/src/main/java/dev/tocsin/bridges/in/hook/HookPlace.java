package dev.tocsin.bridges.in.hook;

/// Where a bridge takes requests.
///
/// @param path below the server's root
/// @param isSigned whether the bridge itself finds out whether a request is good; otherwise its sender needs a credential
public record HookPlace(String path, boolean isSigned) {

  /// The place of a bridge.
  static HookPlace of(HookSettings hook) {
    return new HookPlace(hook.place(), hook.verification() != null);
  }
}
