package dev.cairn.state;

/** How many records made the state what it is. A restore sets them back with the state. */
public record Counts(long applied, long deadLettered) {
  public static final Counts NONE = new Counts(0, 0);

  public Counts plus(long moreApplied, long moreDeadLettered) {
    return new Counts(applied + moreApplied, deadLettered + moreDeadLettered);
  }
}
