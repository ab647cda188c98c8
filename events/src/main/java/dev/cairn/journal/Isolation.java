package dev.cairn.journal;

import java.time.Instant;

/**
 * The search of a shard for the record that ends the process which applies it. It is in the header
 * from the time at which the coordinator, or a task that ran out of memory, suspects such a record,
 * until the records that were waiting then are applied. A healthy shard has none.
 */
public sealed interface Isolation {

  /** Records wait and no invocation returns. No task has begun the search yet. */
  record Suspicion() implements Isolation {}

  /** At most this many records are applied before they are journalled; no step is in progress. */
  record Steps(int records) implements Isolation {
    public Steps {
      requirePositive(records);
    }
  }

  /**
   * This many records after the position are being applied.
   *
   * @param until when the invocation that applies them ends at the latest
   */
  record Begun(int records, Instant until) implements Isolation {
    public Begun {
      requirePositive(records);
    }
  }

  /**
   * Returns the search after a halt. If the invocation of a step may still have been at work at the
   * halt, the step is repeated, because the halt and not a record may have prevented its entry. An
   * invocation that must have ended before the halt failed to return for another reason.
   *
   * @param halted when the job was halted
   */
  default Isolation interrupted(Instant halted) {
    return switch (this) {
      case Suspicion s -> s;
      case Steps s -> s;
      case Begun(int records, Instant until) when halted.isBefore(until) -> new Steps(records);
      case Begun b -> b;
    };
  }

  private static void requirePositive(int records) {
    if (records < 1) {
      throw new IllegalArgumentException("a step has one record or more, not " + records);
    }
  }
}
