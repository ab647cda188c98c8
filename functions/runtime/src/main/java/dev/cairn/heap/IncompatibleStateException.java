package dev.cairn.heap;

import dev.cairn.state.StateSchema;

/** The function declares a state otherwise than it was stored; nothing was read or changed. */
public final class IncompatibleStateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final StateSchema stored;
  private final StateSchema declared;

  IncompatibleStateException(String function, StateSchema stored, StateSchema declared) {
    super(
        "state \""
            + stored.name()
            + "\" is stored as "
            + stored.kind()
            + " of "
            + stored.serializers()
            + ", but "
            + function
            + " declares it as "
            + declared.kind()
            + " of "
            + declared.serializers()
            + ": its bytes would be read as something else. Declare it as it was, or declare the new"
            + " form under another name; the old one is kept");
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
