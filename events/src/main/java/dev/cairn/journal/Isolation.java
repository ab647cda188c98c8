package dev.cairn.journal;

import java.time.Instant;

/**
 * How a shard looks for the record that ends the process which applies it. It is in the header from
 * the moment when the coordinator, or a task that ran out of memory, suspects that there is one,
 * until the records that were waiting then are applied. A healthy shard has none.
 */
public sealed interface Isolation {

  /** Records wait, and no invocation comes back. No task has looked at it yet. */
  record Suspicion() implements Isolation {}

  /** At most so many records are applied before they are journalled; none of them is begun. */
  record Steps(int records) implements Isolation {
    public Steps {
      requirePositive(records);
    }
  }

  /**
   * So many records after the position were begun.
   *
   * @param until when the invocation that began them ends at the latest
   */
  record Begun(int records, Instant until) implements Isolation {
    public Begun {
      requirePositive(records);
    }
  }

  /**
   * The search after a halt. A step whose invocation may still have been at work when the job was
   * halted has to be begun again: the halt, and not a record, may have kept it from the journal. An
   * invocation that must have ended before that did not come back for another reason.
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
