package dev.cairn.operator;

import dev.cairn.state.StateSchema;

/** The function cannot read a state as it is stored; nothing was read or changed. */
public final class IncompatibleStateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final StateSchema stored;
  private final StateSchema declared;

  public IncompatibleStateException(
      String function,
      StateSchema stored,
      StateSchema declared,
      StateSchema.SchemaChange.Refused change) {
    super(
        change.problem(function)
            + ": its bytes would be misread, so nothing was read. Declare it as before, or"
            + " declare the new form under another name; the old state is kept until a restore"
            + " drops it (cairn restore N --allow-non-restored-state)");
    this.stored = stored;
    this.declared = declared;
  }

  public StateSchema stored() {
    return stored;
  }

  public StateSchema declared() {
    return declared;
  }
}
