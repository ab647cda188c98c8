package dev.cairn.local.demo;

/** The last failure in any process of the pipeline, which explains missing progress. */
final class LastFailure {
  private volatile String message = "none";

  void set(String failure) {
    message = failure;
  }

  String message() {
    return message;
  }
}
