package dev.cairn.local.demo;

/** A change of the stream's shards that a job has to follow. */
enum Reshard {
  SPLIT("a shard that was split"),
  MERGE("two shards that were merged");

  private final String words;

  Reshard(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
