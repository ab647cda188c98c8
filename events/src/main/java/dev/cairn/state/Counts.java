package dev.cairn.state;

/** The numbers of records that led to a state. A restore resets them with the state. */
public record Counts(long applied, long deadLettered) {
  public static final Counts NONE = new Counts(0, 0);

  public Counts plus(long moreApplied, long moreDeadLettered) {
    return new Counts(applied + moreApplied, deadLettered + moreDeadLettered);
  }
}
