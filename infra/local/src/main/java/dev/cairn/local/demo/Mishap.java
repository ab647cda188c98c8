package dev.cairn.local.demo;

/** A mishap that may happen to a stateful function. */
enum Mishap {
  ABANDONED("a container abandoned in mid-batch"),
  TIMED_OUT("an invocation that timed out after it wrote"),
  DELIVERED_TWICE("a batch delivered twice at once"),
  ZOMBIE("a zombie that woke and went on");

  private final String words;

  Mishap(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
