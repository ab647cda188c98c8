package dev.cairn.state;

/** States that are to become one have different types, and neither can be read as the other. */
public final class ConflictingSchemasException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ConflictingSchemasException(StateSchema one, StateSchema other) {
    super(
        "state \"" + one.name() + "\" is " + one + " in one of them and " + other + " in another");
  }
}
