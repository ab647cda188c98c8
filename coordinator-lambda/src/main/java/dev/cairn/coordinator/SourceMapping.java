package dev.cairn.coordinator;

/**
 * The event source mapping that feeds the task. Both may be asked for again and again, and may
 * throw while the mapping is between two states: whoever needs it asks again.
 */
public interface SourceMapping {
  /** One that nobody can switch: the tasks' own refusal is all that keeps them from applying. */
  SourceMapping ALWAYS_ON =
      new SourceMapping() {
        @Override
        public void enable() {}

        @Override
        public void disable() {}
      };

  /** It delivers, from where it stopped. */
  void enable();

  /** It delivers nothing, and keeps its place in each shard. */
  void disable();
}
