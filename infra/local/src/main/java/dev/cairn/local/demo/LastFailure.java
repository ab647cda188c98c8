package dev.cairn.local.demo;

/**
 * What went wrong last, in any process of the pipeline, for whoever wants to know why nothing
 * moves.
 */
final class LastFailure {
  private volatile String message = "none";

  void set(String failure) {
    message = failure;
  }

  String message() {
    return message;
  }
}
